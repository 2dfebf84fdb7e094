/**
 * Hashes every stored artifact again (R108) and marks each version as intact or not. A file that versions share is read
 * once; what is found is written every so often and when the run stops, so that a long one that is cancelled keeps it.
 */
import { withBuild } from '../base/version-order.ts'
import { verifyBlob } from '../store/blobs/blobs.ts'
import { inTransaction, type NodeWriter } from '../store/sqlite.ts'
import { artifactsOf } from '../store/tables/artifacts.ts'
import { appendAuditEntry, type By } from '../store/tables/audit-entries.ts'
import { setIntact, versionsToVerify } from '../store/tables/versions.ts'
import { requireModel } from './resolve.ts'

export interface VerifyProgress {
  versionId: string
  model: string
  version: string
  intact: boolean
  problems: ArtifactProblem[]
  /** Versions. */
  done: number
  of: number
}

interface ArtifactProblem {
  path: string
  digest: string
  found: 'changed' | 'missing'
}

/** All models, or one (MODEL_NOT_FOUND). Yields once a version; `by.at` is when the run began. */
export async function* verifyVersions(
  db: NodeWriter,
  dataDir: string,
  modelName: string | null,
  by: By,
  signal?: AbortSignal,
): AsyncGenerator<VerifyProgress, void> {
  const versions = versionsToVerify(db, modelName === null ? null : requireModel(db, modelName).id)
  const known = new Map<string, 'intact' | 'changed' | 'missing'>()
  let looked: Looked[] = []
  let damaged = 0
  try {
    for (const [index, version] of versions.entries()) {
      const problems: ArtifactProblem[] = []
      for (const { path, digest } of artifactsOf(db, version.id)) {
        signal?.throwIfAborted()
        const found = known.get(digest) ?? (await verifyBlob(dataDir, digest))
        known.set(digest, found)
        if (found !== 'intact') problems.push({ path, digest, found })
      }
      const intact = problems.length === 0
      const name = withBuild(version.version, version.dataVersion)
      if (!intact) damaged++
      looked.push({ id: version.id, object: `${version.model}@${name}`, problems })
      if (looked.length === writtenTogether) {
        write(db, looked, by)
        looked = []
      }
      const { id: versionId, model } = version
      yield { versionId, model, version: name, intact, problems, done: index + 1, of: versions.length }
    }
  } finally {
    write(db, looked, by)
  }
  appendAuditEntry(db, {
    ...by,
    action: 'registry.verify',
    object: modelName ?? 'all models',
    outcome: damaged === 0 ? 'done' : 'failed',
    details: { versions: versions.length, damaged },
  })
}

interface Looked {
  id: string
  object: string
  problems: ArtifactProblem[]
}

/** A transaction costs a sync of the disk; a hundred thousand versions are not worth one each. */
const writtenTogether = 256

function write(db: NodeWriter, looked: readonly Looked[], by: By): void {
  inTransaction(db, () => {
    for (const { id, object, problems } of looked) {
      setIntact(db, id, problems.length === 0, by.at)
      if (problems.length === 0) continue
      appendAuditEntry(db, {
        ...by,
        action: 'version.verify',
        object,
        outcome: 'failed',
        details: { problems },
      })
    }
  })
}
