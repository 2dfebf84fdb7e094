/** Pages of a model's versions, newest first, each with the names that stand beside it in a list. */
import { type NodeReader, sql } from '../sqlite.ts'
import { type RawVersion, readVersion, type StoredVersion, versionColumns } from './versions.ts'

export interface ListedVersion extends StoredVersion {
  predecessor: string | null
  predecessorData: string | null
}

type Raw = RawVersion & { predecessor: string | null; predecessorData: string | null }

const select = `select ${versionColumns}, p.version as predecessor, p.data_version as predecessorData
  from versions v left join versions p on p.id = v.predecessor_id`

const read = ({ predecessor, predecessorData, ...row }: Raw): ListedVersion => ({
  ...readVersion(row),
  predecessor,
  predecessorData,
})

export const listStoredVersions = (
  db: NodeReader,
  modelId: string,
  window: { offset: number; limit: number },
): ListedVersion[] =>
  sql<Raw>(db, `${select} where v.model_id = ? order by v.sort_key desc limit ? offset ?`)
    .all(modelId, window.limit, window.offset)
    .map(read)

export function findListedVersion(db: NodeReader, versionId: string): ListedVersion | null {
  const row = sql<Raw>(db, `${select} where v.id = ?`).get(versionId)
  return row ? read(row) : null
}
