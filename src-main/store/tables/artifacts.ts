/** The files of a version, in the order of its manifest's layers. */
import { type ArtifactRow, artifactKind } from '../../contract/views.ts'
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export function insertArtifacts(db: NodeWriter, versionId: string, artifacts: readonly ArtifactRow[]): void {
  const insert = sql(
    db,
    'insert into artifacts (version_id, position, path, kind, media_type, digest, bytes) values (?, ?, ?, ?, ?, ?, ?)',
  )
  for (const [position, artifact] of artifacts.entries()) {
    insert.run(
      versionId,
      position,
      artifact.path,
      artifact.kind,
      artifact.mediaType,
      artifact.digest,
      artifact.bytes,
    )
  }
}

export const artifactsOf = (db: NodeReader, versionId: string): ArtifactRow[] =>
  sql<Omit<ArtifactRow, 'kind'> & { kind: string }>(
    db,
    `select path, kind, media_type as mediaType, digest, bytes from artifacts where version_id = ? order by position`,
  )
    .all(versionId)
    .map((row) => ({ ...row, kind: artifactKind.parse(row.kind) }))
