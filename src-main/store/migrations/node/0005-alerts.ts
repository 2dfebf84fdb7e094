/** Rules that serving is watched by, what broke them, and whom to tell. */
export const alerts = `
create table alert_rules (
  id text primary key,
  origin_node text not null,
  endpoint text,                           -- by name, so that a rule outlives what it watches; null is every endpoint
  version text,
  metric text not null,
  threshold real not null,
  window_seconds integer not null,
  count_min integer not null,
  created_at text not null
) strict, without rowid;

create table alerts (
  id text primary key,
  origin_node text not null,
  rule_id text not null,                   -- kept after the rule is gone
  endpoint text not null,
  model text not null,
  version text not null,
  metric text not null,
  threshold real not null,
  value real not null,
  message text not null,
  since text not null,
  resolved_at text
) strict, without rowid;
create index alerts_by_time on alerts (since);
create unique index alerts_open on alerts (rule_id, endpoint, version) where resolved_at is null;

create table webhooks (
  id text primary key,
  origin_node text not null,
  url text not null,
  created_at text not null,
  last_delivered_at text,
  last_error text
) strict, without rowid;

create table webhook_messages (
  id text primary key,                     -- the same at each attempt, so that a receiver can tell a repetition
  webhook_id text not null references webhooks (id) on delete cascade,
  body text not null,
  attempts integer not null default 0,
  due_at text not null
) strict, without rowid;
create index webhook_messages_by_webhook on webhook_messages (webhook_id);
create index webhook_messages_due on webhook_messages (due_at);
`
