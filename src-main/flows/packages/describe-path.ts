/** What a file or folder is, without running anything of it: a package, a source folder, or an ONNX file. */
import { stat } from 'node:fs/promises'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import type { GraphSummary, PackageDescriptor } from '../../contract/package.ts'
import type { ArtifactRow } from '../../contract/views.ts'
import { openPackage } from '../../package/archive/open-package.ts'
import { readSource } from '../../package/archive/read-source.ts'
import { inspectOnnx } from '../../package/onnx/inspect-onnx.ts'
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

export interface VerifyWatch {
  signal: AbortSignal
  onProgress(fraction: number): void
}

/** With a watch a package is read to its end, so that what is said of it holds for every byte: PACKAGE_DIGEST. */
export async function describePath(path: string, watch?: VerifyWatch): Promise<Described> {
  if (await isDirectory(path)) {
    const { descriptor, graph } = await readSource(path)
    return { kind: 'source', descriptor, graph }
  }
  if (path.endsWith('.onnx')) return { kind: 'onnx', graph: await inspectOnnx(path) }
  const { digest, bytes, descriptor, signature, files } = await openPackage(
    path,
    watch && {
      sink: { write: readToEnd },
      signal: watch.signal,
      onProgress: ({ bytesDone, bytesTotal }) => watch.onProgress(bytesDone / Math.max(1, bytesTotal)),
    },
  )
  return {
    kind: 'package',
    digest,
    bytes,
    descriptor,
    publisher: signature && { name: signature.publisher, fingerprint: signature.fingerprint },
    artifacts: artifactsOf({ files }),
  }
}

/** The reader hashes what it gives. */
async function readToEnd(_digest: string, _bytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of chunks);
}

export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'ENOTDIR')) throw cause
    throw new OutpostError('NOT_FOUND', `There is no ${path}.`, { cause })
  }
}
