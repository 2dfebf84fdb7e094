/**
 * One layer of a container image: files as a gzipped tar in the image layout, streamed, with its two digests. Times and
 * owners are fixed and the order is by name, so that the same files make the same layer.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'

/** Whose process it is in the container; a number, so that no base needs to know the name. */
export const imageUser = 10001

export interface LayerFile {
  /** Where it stands in the image, without the first slash. */
  target: string
  /** The file on this machine, or the bytes; null for a folder of the user's own. */
  source: string | Buffer | null
  executable?: boolean
}

export interface Layer {
  digest: string
  diffId: string
  size: number
}

export async function writeLayer(blobs: string, files: readonly LayerFile[]): Promise<Layer> {
  const temporary = join(blobs, 'layer.partial')
  const inner = createHash('sha256')
  const outer = createHash('sha256')
  let size = 0
  const tar = pack()
  const counted = async function* (source: AsyncIterable<unknown>, each: (chunk: Buffer) => void) {
    for await (const chunk of source) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('a layer is made of bytes')
      each(chunk)
      yield chunk
    }
  }
  const written = pipeline(
    tar,
    (source) => counted(source, (chunk) => inner.update(chunk)),
    createGzip(),
    (source) =>
      counted(source, (chunk) => {
        outer.update(chunk)
        size += chunk.length
      }),
    createWriteStream(temporary),
  )
  await Promise.all([written, addFiles(tar, files)])
  const hex = outer.digest('hex')
  await rename(temporary, join(blobs, hex))
  return { digest: `sha256:${hex}`, diffId: `sha256:${inner.digest('hex')}`, size }
}

type Tar = ReturnType<typeof pack>

async function addFiles(tar: Tar, files: readonly LayerFile[]): Promise<void> {
  const folders = new Set<string>()
  const byName = files.toSorted((a, b) => (a.target < b.target ? -1 : 1))
  for (const { target, source, executable } of byName) {
    addFolders(tar, posix.dirname(target), folders)
    const mtime = new Date(0)
    if (source === null) {
      const own = { uid: imageUser, gid: imageUser, mode: 0o700 }
      tar.entry({ name: `${target}/`, type: 'directory', mtime, ...own })
      folders.add(target)
      continue
    }
    const size = typeof source === 'string' ? (await stat(source)).size : source.length
    const header = { name: target, size, mtime, mode: executable ? 0o755 : 0o644 }
    if (typeof source !== 'string') tar.entry(header, source)
    else await pipeline(createReadStream(source, { highWaterMark: 1 << 20 }), tar.entry(header))
  }
  tar.finalize()
}

function addFolders(tar: Tar, folder: string, known: Set<string>): void {
  if (folder === '.' || known.has(folder)) return
  addFolders(tar, posix.dirname(folder), known)
  known.add(folder)
  tar.entry({ name: `${folder}/`, type: 'directory', mode: 0o755, mtime: new Date(0) })
}
