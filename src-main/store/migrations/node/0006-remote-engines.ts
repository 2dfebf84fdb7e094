/** Servers elsewhere that run a model in the place of this machine. */
export const remoteEngines = `
create table remote_engines (
  id text primary key,
  origin_node text not null,
  revision integer not null default 1,
  name text not null unique,
  url text not null,
  model text not null,
  model_version text,
  token_sealed text,                       -- base/seal.ts, bound to the id
  timeout_ms integer not null,
  created_at text not null
) strict;
`
