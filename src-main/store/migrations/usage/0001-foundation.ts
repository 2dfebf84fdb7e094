/** The index over the usage segments: one row a call, and hourly totals that outlive them. */
export const foundation = `
create table meta (
  key text primary key,
  value text not null
) strict, without rowid;

create table usage_records (
  id text primary key,                     -- UUIDv7, the request id
  at text not null,
  endpoint text not null,
  model text not null,
  version text not null,
  digest text not null,
  rule text not null,
  status integer not null,
  code text,
  consumer text not null,
  items integer not null,
  tokens_in integer,
  tokens_out integer,
  latency_us integer not null,
  queue_us integer not null,
  compute_us integer not null,
  batch_size integer not null,
  execution_provider text not null,
  bytes_in integer not null,
  bytes_out integer not null
) strict, without rowid;
create index usage_by_time on usage_records (at);
create index usage_by_endpoint on usage_records (endpoint, id desc);
create index usage_by_model on usage_records (model, id desc);

create table usage_hours (
  hour text not null,                      -- 2026-11-21T14
  endpoint text not null,
  model text not null,
  version text not null,
  consumer text not null,
  requests integer not null,
  failures integer not null,
  items integer not null,
  latency_us_sum integer not null,
  primary key (hour, endpoint, model, version, consumer)
) strict, without rowid;
`
