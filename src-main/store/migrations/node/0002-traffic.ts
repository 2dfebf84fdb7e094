/** Endpoints that serve several versions at once, and the record of each change of what they answer with. */
export const traffic = `
alter table endpoints add column policy text not null default '{}';      -- JSON: contract/traffic.ts
alter table endpoints add column settings text not null default '{}';    -- JSON: of the primary version

create table endpoint_targets (
  id text primary key,
  origin_node text not null,
  revision integer not null default 1,
  endpoint_id text not null references endpoints (id) on delete cascade,
  version_id text not null references versions (id),
  role text not null,                      -- candidate | shadow | pending | previous; the primary is the endpoint's own
  buckets text not null default '[]',      -- JSON: ranges of the 10 000, in the order in which they were taken
  execution_provider text not null default 'auto',
  settings text not null default '{}',     -- JSON
  created_at text not null,
  updated_at text not null,
  unique (endpoint_id, version_id)
) strict;
create index endpoint_targets_by_version on endpoint_targets (version_id);

create table transitions (
  id text primary key,
  origin_node text not null,
  endpoint text not null,                  -- by name: the record outlives the endpoint and the versions
  model text not null,
  strategy text not null,
  from_version text,
  to_version text not null,
  status text not null,
  weight integer not null,
  reason text,
  actor text not null,
  started_at text not null,
  ended_at text
) strict;
create index transitions_by_endpoint on transitions (endpoint, started_at);
`
