/**
 * Where the program's own files stand: beside the entry in out/main when built, in the source tree when run from it.
 * Packaged, the samples, the service of gRPC and the page lie in the same relation.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ProgramPlace {
  /** The folder and ending of the entries that are started as processes and threads. */
  directory: string
  extension: '.ts' | '.js'
  /** The built page; null where it was not built. */
  rendererDirectory: string | null
  samplesDirectory: string
  /** What the gRPC door offers. */
  protoFile: string
  /** Of package.json. */
  version: string
}

/** Called by an entry with its own import.meta.dirname and import.meta.filename. */
export function programPlace(directory: string, filename: string): ProgramPlace {
  const fromSource = filename.endsWith('.ts')
  const root = fromSource ? join(directory, '..') : join(directory, '..', '..')
  const renderer = join(root, 'out', 'renderer')
  return {
    directory,
    extension: fromSource ? '.ts' : '.js',
    rendererDirectory: existsSync(join(renderer, 'index.html')) ? renderer : null,
    samplesDirectory: join(root, 'resources', 'samples'),
    protoFile: join(root, 'resources', 'grpc', 'open-inference.proto'),
    version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  }
}
