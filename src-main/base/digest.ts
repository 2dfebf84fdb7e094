/** SHA-256 in the form that the OCI image specification gives a digest: `sha256:` and lower-case hex. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

export const sha256 = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Hashes a file as a stream; memory stays at one chunk whatever its size. Reads the given descriptor where one is given. */
export async function sha256File(path: string, fd?: number): Promise<{ digest: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = createReadStream(path, {
    highWaterMark: 1 << 20,
    ...(fd === undefined ? {} : { fd, start: 0, autoClose: false }),
  })
  for await (const chunk of stream) {
    hash.update(chunk as Uint8Array)
    bytes += (chunk as Uint8Array).byteLength
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes }
}

export const digestHex = (digest: string): string => digest.slice('sha256:'.length)
