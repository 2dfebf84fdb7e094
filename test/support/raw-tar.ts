/**
 * Tar headers of any kind, byte by byte, for packages that no tar program writes: what tar-stream refuses to say, an
 * attacker says.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { blockBytes, padded, tarHeader, trailerBytes } from '../../src-main/package/archive/tar.ts'

interface RawEntry {
  name: string
  /** The type flag; `0` is a regular file. */
  type?: string
  linkName?: string
  /** The prefix of ustar, which stands before the name. */
  prefix?: string
  content?: Uint8Array
  /** The twelve bytes of the size, where they are to be others than the content's. */
  size?: Buffer
}

export function rawEntry({ name, type = '0', linkName, prefix, content = Buffer.alloc(0), size }: RawEntry) {
  const header = tarHeader('', content.byteLength)
  Buffer.from(name).copy(header, 0, 0, 100)
  header.write(type, 156, 'latin1')
  if (linkName !== undefined) header.write(linkName, 157, 100)
  if (prefix !== undefined) header.write(prefix, 345, 155)
  size?.copy(header, 124, 0, 12)
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc(padded(content.byteLength) - content.byteLength)
  return Buffer.concat([header, content, padding])
}

/** A record of a pax header: its length, which counts itself, a key and a value. */
export function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  while (length !== Buffer.byteLength(rest) + String(length).length)
    length = Buffer.byteLength(rest) + String(length).length
  return Buffer.from(`${length}${rest}`)
}

/** Puts blocks before the first entry of a package, or after its last one. */
export async function insertRaw(path: string, blocks: Buffer, where: 'first' | 'last'): Promise<void> {
  const whole = await readFile(path)
  const entries = whole.subarray(0, whole.length - trailerBytes)
  const end = Buffer.alloc(2 * blockBytes)
  await writeFile(path, Buffer.concat(where === 'first' ? [blocks, entries, end] : [entries, blocks, end]))
}
