/**
 * The tar container of a package: POSIX ustar (IEEE Std 1003.1, pax utility, "ustar Interchange Format") with regular
 * files alone. Written without time, owner or platform extras; read so strictly that links, devices, sparse files,
 * long-name and pax records are refused, since each of them has been a way out of a folder in some reader.
 */
import { OutpostError } from '../../base/errors.ts'
import { quoted } from './paths.ts'

export const blockBytes = 512
/** An archive ends with two blocks of zeros. */
export const trailerBytes = 2 * blockBytes

const octalSizeMax = 0o77777777777 // 8 GiB - 1: eleven octal digits

export const padded = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes

/** The header of a regular file. Sizes of 8 GiB and more are written in base 256, which GNU tar, bsdtar and Go read. */
export function tarHeader(name: string, bytes: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  if (block.write(name, 0, 'latin1') > 100) throw new Error(`tar name of more than 100 bytes: ${name}`)
  block.write('0000644\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  if (bytes <= octalSizeMax) block.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124)
  else {
    block[124] = 0x80
    block.writeBigUInt64BE(BigInt(bytes), 128)
  }
  block.write('00000000000\0', 136)
  block.write('0', 156)
  block.write('ustar\u000000', 257)
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** The sum of the header's bytes with its own field taken as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20
  for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte
  return sum
}

export interface TarEntry {
  name: string
  bytes: number
  kind: 'file' | 'folder'
}

const refusedTypes: Record<string, string> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a pipe',
  g: 'a pax record',
  x: 'a pax record',
  L: 'a long name',
  K: 'a long link name',
  S: 'a sparse file',
}

/** Null for a block of zeros; throws PACKAGE_INVALID or PACKAGE_PATH for anything that is no plain file or folder. */
export function readTarHeader(block: Buffer, offset: number): TarEntry | null {
  if (block.every((byte) => byte === 0)) return null
  const invalid = (what: string) =>
    new OutpostError('PACKAGE_INVALID', `The package is not a readable tar: ${what}, at byte ${offset}.`, {
      details: { offset },
    })
  if (block.toString('latin1', 257, 262) !== 'ustar') throw invalid('a header is not of the ustar format')
  if (octal(block, 148, 8) !== checksum(block)) throw invalid('the checksum of a header is wrong')
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : ''
  const name = prefix === '' ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`
  const type = String.fromCharCode(block[156] ?? 0)
  const refused = refusedTypes[type]
  if (refused) {
    throw new OutpostError(
      'PACKAGE_PATH',
      `The package holds ${refused}, ${quoted(name)}; only files are allowed.`,
    )
  }
  if (type !== '0' && type !== '\0' && type !== '5')
    throw invalid(`an entry of the unknown type ${quoted(type)}`)
  const bytes = size(block)
  if (bytes === null) throw invalid('the size of an entry is not a number')
  if (type === '5' && bytes !== 0) throw invalid('a folder has contents')
  return { name, bytes, kind: type === '5' ? 'folder' : 'file' }
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('latin1', start, end === -1 || end > start + length ? start + length : end)
}

function size(block: Buffer): number | null {
  if (block[124] !== 0x80) return octal(block, 124, 12)
  if (block.readUInt32BE(124) !== 0x80000000) return null
  const value = block.readBigUInt64BE(128)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null
}

function octal(block: Buffer, start: number, length: number): number | null {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(block.toString('latin1', start, start + length))?.[1]
  return digits === undefined ? null : Number.parseInt(digits, 8)
}
