/** What was counted against quotas and credits: one row an account, closed months, the chain of settled blocks. */
export const foundation = `
create table meta (
  key text primary key,
  value text not null
) strict, without rowid;

create table quota_accounts (
  hash text primary key,                   -- keyed, of the account: all that the tally and the anchor know of it
  account text not null,                   -- of a license, or of a balance of credits; '' until it is asked for
  period text not null,                    -- 2026-11, or nothing where there are no months
  slot integer not null,                   -- of the tally file
  epoch integer not null,                  -- counts the blocks of the account
  settled integer not null,                -- counted in closed blocks, less what was given back
  leased integer not null,                 -- units of the open block
  boot text not null,                      -- the boot of the machine in which it was opened
  forfeited integer not null,              -- counted though never known to be used: not billable
  given_back integer not null,
  shortfall integer not null,              -- used beyond the estimate when nothing was left to charge
  ceiling integer,
  mac text not null
) strict, without rowid;

create table quota_periods (
  account text not null,
  period text not null,
  settled integer not null,
  forfeited integer not null,
  given_back integer not null,
  shortfall integer not null,
  ceiling integer,
  mac text not null,
  primary key (account, period)
) strict, without rowid;

create table quota_settlements (
  sequence integer primary key,
  kind text not null,                      -- opened, used, charged, recovered, rolled-back
  account text not null,
  period text not null,
  epoch integer not null,
  counted_from integer not null,
  used integer not null,
  given_back integer not null,
  forfeited integer not null,
  at integer not null,                     -- milliseconds of trusted time
  previous text not null,
  mac text not null
) strict;

create table idempotency (
  key blob primary key,                    -- digest of caller, license and key
  caller blob not null,
  body blob not null,
  at integer not null
) strict, without rowid;
create index idempotency_by_time on idempotency (at);
create index idempotency_by_caller on idempotency (caller, at);
`
