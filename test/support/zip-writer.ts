/** Writes a small zip archive for tests: each file stored as it is (APPNOTE.TXT of PKWARE, 4.3). */
import { crc32 } from 'node:zlib'

const numbers = (...sized: [value: number, bytes: 2 | 4][]): Buffer =>
  Buffer.concat(
    sized.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes)
      buffer.writeUIntLE(value, 0, bytes)
      return buffer
    }),
  )

export function zipOf(files: Record<string, Uint8Array>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of Object.entries(files)) {
    const path = Buffer.from(name)
    const common = numbers([20, 2], [0, 2], [0, 2], [0, 2], [0, 2], [crc32(bytes), 4], [bytes.length, 4])
    const sizes = numbers([bytes.length, 4], [path.length, 2], [0, 2])
    const local = Buffer.concat([numbers([0x04034b50, 4]), common, sizes, path, bytes])
    const entry = [numbers([0x02014b50, 4], [20, 2]), common, sizes]
    directory.push(...entry, numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), path)
    parts.push(local)
    offset += local.length
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  const count = Object.keys(files).length
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2])
  return Buffer.concat([...parts, ...directory, end])
}
