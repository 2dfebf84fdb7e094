/** What the registry keeps beside its versions. */

/** No other bytes may come under a number that was deleted. Those deleted before this table stand in the audit record. */
export const removedVersions = `
create table removed_versions (
  model text not null,                     -- by name: the model may be gone with its last version
  version text not null,                   -- without build metadata
  origin_node text not null,
  manifest_digest text not null,
  removed_at text not null,
  removed_by text not null,
  primary key (model, version)
) strict, without rowid;

insert or replace into removed_versions
  select model, iif(instr(name, '+') = 0, name, substr(name, 1, instr(name, '+') - 1)), origin_node, digest, at, actor
  from (
    select substr(object, 1, instr(object, '@') - 1) as model, substr(object, instr(object, '@') + 1) as name,
      coalesce((select value from meta where key = 'node_id'), '') as origin_node,
      json_extract(details, '$.digest') as digest, at, actor
    from audit_entries where action = 'version.remove' and outcome = 'done' order by sequence
  ) where digest is not null;
`

/** At the end of the row, behind the documents: it is read for one version at a time, never for a list. */
const claimedTimes = `
alter table versions add column claimed_at text;   -- when the caller says that it registered the version
`

export const registryRecord = removedVersions + claimedTimes
