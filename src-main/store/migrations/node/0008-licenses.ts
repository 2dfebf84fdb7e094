/** Signed documents as they came in, and what this node knows of each beside them. Times are ISO 8601 in UTC. */

/** A license stays when it is removed or replaced: the highest `seq` of each is what an older copy is held against. */
const licenses = `
create table licenses (
  lid text not null,
  seq integer not null,
  origin_node text not null,
  revision integer not null default 1,
  document text not null,                  -- compact JWS: what follows is read from it, to find it by
  digest text not null,
  issuer text not null,
  model text not null,
  starts_at text not null,
  ends_at text,
  installed_at text not null,
  installed_by text not null,
  removed_at text,
  deactivation text,                       -- the proof that was handed out: it is not used here any more
  rebind_since text,                       -- since when too few traits of the machine are found again
  emergency text not null default '[]',    -- JSON: the codes that were redeemed, by their hashes
  primary key (lid, seq)
) strict, without rowid;
create index licenses_by_model on licenses (model, lid);

create table license_ends (                -- named by the supersedes of another license
  lid text primary key,
  by_lid text not null,
  at text not null
) strict, without rowid;
`

/** One row an issuer: a higher number replaces the one before. */
const issuers = `
create table revocation_lists (
  issuer text primary key,
  number integer not null,
  issued_at text not null,
  next_update text,
  document text not null,
  imported_at text not null
) strict, without rowid;

create table revoked_licenses (
  lid text not null,
  issuer text not null,
  at text not null,
  reason text not null,
  primary key (lid, issuer)
) strict, without rowid;

create table keysets (
  issuer text primary key,
  n integer not null,
  document text not null,
  imported_at text not null
) strict, without rowid;

create table tranches (
  lid text not null,
  number integer not null,
  kind text not null,                      -- credits, quota
  month text not null,                     -- of a quota, as 2026-11; empty for credits
  amount integer not null,
  document text not null,
  imported_at text not null,
  primary key (lid, number)
) strict, without rowid;

create table issuer_contacts (             -- when an issuer was heard of last, and where it says that this site is
  issuer text primary key,
  heard_at text not null,
  receipt_number integer not null default 0,
  country text,
  country_until text,
  document text
) strict, without rowid;
`

/** What this node issued, as a publisher. The codes are sealed (base/seal.ts). */
const issued = `
create table issued_licenses (
  lid text not null,
  seq integer not null,
  origin_node text not null,
  document text not null,
  account text not null,
  model text not null,
  type text not null,
  issued_at text not null,
  ends_at text,
  emergency_sealed text,
  revoked_at text,
  revoked_reason text,
  primary key (lid, seq)
) strict, without rowid;
`

const told = `
create table license_notices (             -- each is told once
  lid text not null,
  seq integer not null,
  kind text not null,                      -- ends-90 and so on, quota-2026-11-80 and so on
  at text not null,
  message text not null,
  primary key (lid, seq, kind)
) strict, without rowid;
create index license_notices_by_time on license_notices (at);

create table mails (
  id text primary key,
  origin_node text not null,
  recipient text not null,
  subject text not null,
  body text not null,
  attachments text not null default '[]',  -- JSON: name, type, text
  state text not null,                     -- waiting, sent, saved, failed
  tries integer not null default 0,
  next_at text not null,
  problem text,
  created_at text not null,
  ended_at text
) strict;
create index mails_waiting on mails (state, next_at);
`

/** What an API key is used for; null: what the site declares. */
const keyUse = `alter table api_keys add column commercial_use integer;`

export const licensing = licenses + issuers + issued + told + keyUse
