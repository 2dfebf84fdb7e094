/** What was measured to answer soonest on this machine, so that it need not be measured at each start. */
export const tunings = `
create table tunings (
  version_id text not null references versions (id) on delete cascade,
  execution_provider text not null,
  origin_node text not null,
  fingerprint text not null,               -- of the machine and the runtime: elsewhere it is measured again
  intra_op_threads integer not null,
  spinning integer not null,
  p50_ms real not null,
  p99_ms real not null,
  measured_at text not null,
  primary key (version_id, execution_provider)
) strict, without rowid;
`
