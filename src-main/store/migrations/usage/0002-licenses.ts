/**
 * What each call was counted on, and totals of each license and month that outlive the rows of calls. A license is of one
 * model, so its calls are found by the index of models: one more index would cost each call several microseconds.
 */
export const licensedUsage = `
alter table usage_records add column license text;
alter table usage_records add column period text;
alter table usage_records add column units integer not null default 0;
alter table usage_records add column credits integer not null default 0;

create table usage_licenses (
  license text not null,
  period text not null,
  model text not null,
  consumer text not null,
  requests integer not null,
  items integer not null,
  tokens integer not null,
  units integer not null,
  credits integer not null,
  primary key (license, period, model, consumer)
) strict, without rowid;
`
