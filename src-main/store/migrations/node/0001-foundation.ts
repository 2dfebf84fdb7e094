/**
 * The registry, its deployments, who may do what, and what was done. Every row that may one day travel to another
 * node carries a UUIDv7, the node of origin and a revision.
 */
export const foundation = `
create table meta (
  key text primary key,
  value text not null
) strict, without rowid;

create table models (
  sequence integer primary key,            -- the row's number in models_search; stays the same through VACUUM
  id text not null unique,
  origin_node text not null,
  revision integer not null default 1,
  name text not null unique,               -- publisher.name
  publisher text not null,
  title text not null,
  summary text not null,
  task text not null,
  tags text not null,                      -- JSON array
  owner text not null,                     -- JSON {name, contact}
  latest_version_id text,
  stable_version_id text,
  version_count integer not null default 0,
  latest_bytes integer not null default 0,
  source text not null,                    -- built | imported | sample
  created_at text not null,
  updated_at text not null
) strict;
create index models_by_update on models (updated_at, name);
create index models_by_title on models (title collate nocase, name);
create index models_by_bytes on models (latest_bytes, name);
create index models_by_versions on models (version_count, name);
create index models_by_task on models (task, updated_at, name);
create index models_by_source on models (source, updated_at, name);

create table model_tags (
  tag text not null,
  model_sequence integer not null references models (sequence) on delete cascade,
  primary key (tag, model_sequence)
) strict, without rowid;
create index model_tags_by_model on model_tags (model_sequence);

create table versions (
  id text primary key,
  origin_node text not null,
  revision integer not null default 1,
  model_id text not null references models (id),
  version text not null,                   -- semver without build metadata: the identity
  data_version text,                       -- the build metadata
  major integer not null,
  minor integer not null,
  patch integer not null,
  prerelease text,
  sort_key text not null,                  -- orders as semver does, by bytes
  change_type text not null,
  stage text not null default 'development',
  manifest_digest text not null,
  publisher_name text not null,
  publisher_fingerprint text,
  batch_safe integer,
  metric_name text,
  metric_value real,
  benchmark_deltas text not null default '{}',
  predecessor_id text,
  bytes integer not null,
  source text not null,
  intact integer,                          -- result of the last verification
  verified_at text,
  deprecated_at text,
  sunset_at text,
  replacement text,
  registered_at text not null,
  -- The documents stand last: SQLite reads a row from its front, and a list stops before them.
  manifest text not null,                  -- the OCI manifest, byte for byte
  config text not null,                    -- the ModelPack config, byte for byte
  signature text,                          -- the DSSE envelope, byte for byte
  descriptor text not null,                -- outpost.json, parsed and normalized
  graph text,                              -- contract GraphSummary
  validation text,                         -- contract ValidationReport
  unique (model_id, version)
) strict;
create index versions_by_order on versions (model_id, sort_key desc);
create index versions_by_digest on versions (manifest_digest);
create index versions_not_intact on versions (model_id) where intact = 0;
create index versions_by_publisher_key on versions (publisher_fingerprint);

create table blobs (
  digest text primary key,
  bytes integer not null,
  created_at text not null
) strict, without rowid;

create table artifacts (
  version_id text not null references versions (id) on delete cascade,
  position integer not null,               -- the layer's place in the manifest
  path text not null,
  kind text not null,
  media_type text not null,
  digest text not null references blobs (digest),
  bytes integer not null,
  primary key (version_id, position)
) strict, without rowid;
create index artifacts_by_digest on artifacts (digest);

create table aliases (
  model_id text not null references models (id),
  alias text not null,
  version_id text not null references versions (id),
  set_at text not null,
  primary key (model_id, alias)
) strict, without rowid;

create index aliases_by_version on aliases (version_id);

create virtual table models_search using fts5 (
  name, title, summary, tags, task, notes,
  content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
);

create table endpoints (
  id text primary key,
  origin_node text not null,
  revision integer not null default 1,
  name text not null unique,
  model_id text not null references models (id),
  version_id text not null references versions (id),
  execution_provider text not null default 'auto',
  desired text not null default 'running', -- running | stopped
  created_at text not null,
  updated_at text not null
) strict;
create index endpoints_by_model on endpoints (model_id);
create index endpoints_by_version on endpoints (version_id);

create table api_keys (
  id text primary key,
  origin_node text not null,
  revision integer not null default 1,
  name text not null,
  prefix text not null,
  hash text not null unique,               -- HMAC-SHA-256 of the secret, hex
  scopes text not null,                    -- JSON array
  created_at text not null,
  expires_at text,
  revoked_at text,
  last_used_at text
) strict;

create table publishers (
  id text primary key,
  origin_node text not null,
  revision integer not null default 1,
  name text not null,
  public_key text not null,                -- SPKI, PEM
  fingerprint text not null unique,
  own integer not null default 0,
  retired integer not null default 0,      -- an own key that was rotated out: still trusted, signs no more
  note text not null default '',
  trusted_at text not null
) strict;
create index publishers_by_name on publishers (name);

create table jobs (
  id text primary key,
  origin_node text not null,
  revision integer not null default 1,
  kind text not null,
  target text not null,
  state text not null,
  input text not null,                     -- JSON, by kind
  output text,
  failure text,
  progress real,
  step text,
  attempts integer not null default 0,
  created_at text not null,
  started_at text,
  finished_at text
) strict;
create index jobs_by_creation on jobs (created_at desc, id desc);
create index jobs_by_state on jobs (state, created_at);

create table drafts (
  id text primary key,
  origin_node text not null,
  revision integer not null default 1,
  descriptor text not null,
  texts text not null,
  files text not null,
  graph text,
  report text,
  step text not null,
  created_at text not null,
  updated_at text not null
) strict;

create table logins (
  hash text primary key,                   -- SHA-256 of the cookie's token
  created_at text not null,
  expires_at text not null,
  address text not null
) strict, without rowid;

create table login_links (
  hash text primary key,                   -- SHA-256 of the token in the link; deleted by its one use
  created_at text not null,
  expires_at text not null
) strict, without rowid;

create table settings (
  key text primary key,
  value text not null                      -- JSON
) strict, without rowid;

create table audit_entries (
  sequence integer primary key,
  id text not null unique,
  at text not null,
  actor text not null,
  action text not null,
  object text not null,
  outcome text not null,
  details text not null,                   -- JSON; never secrets, never inputs or outputs
  previous_hash text not null,
  hash text not null
) strict;
`
