/** What each call was counted on, and totals of each license and month that outlive the rows of calls. */
export const licensedUsage = `
alter table usage_records add column license text;
alter table usage_records add column period text;
alter table usage_records add column units integer not null default 0;
alter table usage_records add column credits integer not null default 0;
create index usage_by_license on usage_records (license, period, id desc) where license is not null;

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
