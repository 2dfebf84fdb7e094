/** What a file or folder is, without running anything of it: a package, a source folder, or an ONNX file. */
import { stat } from 'node:fs/promises'
import { isSystemError, OutpostError } from '../base/errors.ts'
import type { GraphSummary, PackageDescriptor } from '../contract/package.ts'
import type { ArtifactRow } from '../contract/views.ts'
import { inspectOnnx } from '../package/inspect-onnx.ts'
import { openPackage } from '../package/open-package.ts'
import { readSource } from '../package/read-source.ts'
import { artifactsOf } from './install-package.ts'

export type Described =
  | {
      kind: 'package'
      digest: string
      bytes: number
      descriptor: PackageDescriptor
      publisher: { name: string; fingerprint: string } | null
      artifacts: ArtifactRow[]
    }
  | { kind: 'source'; descriptor: PackageDescriptor; graph: GraphSummary }
  | { kind: 'onnx'; graph: GraphSummary }

export async function describePath(path: string): Promise<Described> {
  if (await isDirectory(path)) {
    const { descriptor, graph } = await readSource(path)
    return { kind: 'source', descriptor, graph }
  }
  if (path.endsWith('.onnx')) return { kind: 'onnx', graph: await inspectOnnx(path) }
  const { digest, bytes, descriptor, signature, files } = await openPackage(path)
  return {
    kind: 'package',
    digest,
    bytes,
    descriptor,
    publisher: signature && { name: signature.publisher, fingerprint: signature.fingerprint },
    artifacts: artifactsOf({ files }),
  }
}

export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'ENOTDIR')) throw cause
    throw new OutpostError('NOT_FOUND', `There is no ${path}.`, { cause })
  }
}
