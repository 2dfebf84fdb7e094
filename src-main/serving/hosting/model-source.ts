/** Where the files of a version lie: what an engine thread reads its model from. */
import { OutpostError } from '../../base/errors.ts'
import type { ModelSource } from '../../engine/engine.ts'
import type { ServedVersion } from '../routing/routes.ts'

export function sourceOf(dataDir: string, version: ServedVersion): ModelSource {
  const { model } = version.descriptor
  const modelFile = fileOf(version, model.file)
  const externalData = model.externalData.map((path) => fileOf(version, path))
  return {
    versionId: version.versionId,
    from: { kind: 'blobs', dataDir },
    modelFile,
    externalData,
    bytes: [modelFile, ...externalData].reduce((sum, file) => sum + file.bytes, 0),
  }
}

export function fileOf(version: ServedVersion, path: string): ServedVersion['files'][number] {
  const file = version.files.find((candidate) => candidate.path === path)
  if (file) return file
  throw new OutpostError('ARTIFACT_CORRUPT', `The version has no file ${path}, which its description names.`)
}
