/**
 * Finds the entries of a package by their headers alone, before a byte of their contents is read: a package that is
 * malformed, too large or holds a name that does not belong there costs a few small reads and nothing else.
 */
import type { FileHandle } from 'node:fs/promises'
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import { readFully } from './copy-hashed.ts'
import { blobFolder, indexName, layoutName, signatureName } from './layout.ts'
import { pathProblem, quoted } from './paths.ts'
import { blockBytes, padded, readTarHeader, type TarEntry, trailerBytes } from './tar.ts'

/** Where an entry's contents lie in the file. */
export interface Extent {
  offset: number
  bytes: number
}

const documents = new Set([layoutName, indexName, signatureName])
const folders = new Set(['blobs/', blobFolder])

/** Entries by name. Throws PACKAGE_INVALID, PACKAGE_PATH or PACKAGE_LIMIT. */
export async function scanTar(file: FileHandle, fileBytes: number): Promise<Map<string, Extent>> {
  const entries = new Map<string, Extent>()
  const seen = new Set<string>()
  const block = Buffer.alloc(blockBytes)
  for (let offset = 0; ; ) {
    if ((await readFully(file, block, offset, blockBytes)) < blockBytes)
      throw invalid('it is cut off', offset)
    const entry = readTarHeader(block, offset)
    if (!entry) {
      await checkTrailer(file, offset, fileBytes)
      return entries
    }
    const start = offset + blockBytes
    const name = entryName(entry)
    if (seen.has(name)) throw new OutpostError('PACKAGE_PATH', `The package holds ${quoted(name)} twice.`)
    seen.add(name)
    if (seen.size > limits.packageEntriesMax + 8) {
      throw new OutpostError('PACKAGE_LIMIT', `The package has more than ${limits.packageEntriesMax} files.`)
    }
    if (entry.bytes > fileBytes - start)
      throw invalid(`${quoted(name)} is longer than the rest of the file`, offset)
    if (entry.kind === 'file') entries.set(name, { offset: start, bytes: entry.bytes })
    offset = start + padded(entry.bytes)
    await checkZeros(file, start + entry.bytes, offset)
  }
}

/** The name as the layout spells it; "./" in front is what tar puts there when a folder is archived as a whole. */
function entryName({ name, kind }: TarEntry): string {
  const plain = name.replace(/^\.\//, '')
  if (kind === 'folder' && (plain === '' || folders.has(plain) || folders.has(`${plain}/`)))
    return `${plain}/`
  const hex = plain.startsWith(blobFolder) ? plain.slice(blobFolder.length) : ''
  if (kind === 'file' && (documents.has(plain) || /^[0-9a-f]{64}$/.test(hex))) return plain
  const problem = pathProblem(plain)
  if (problem) throw new OutpostError('PACKAGE_PATH', `The name ${quoted(name)} in the package ${problem}.`)
  throw new OutpostError(
    'PACKAGE_INVALID',
    `The package holds ${quoted(name)}, which belongs to no part of its layout.`,
    {
      hint: 'Is it an .outpost file? A model file or a ZIP archive is packed with `outpost pack`.',
    },
  )
}

async function checkTrailer(file: FileHandle, offset: number, fileBytes: number): Promise<void> {
  const rest = fileBytes - offset
  if (rest < trailerBytes) throw invalid('its end is cut off', offset)
  if (rest > limits.packageTrailerBytesMax) throw invalid('there is something after its end', offset)
  await checkZeros(file, offset, fileBytes)
}

/** Padding carries nothing, so it must be zeros: a place where bytes could hide is a second package inside the first. */
async function checkZeros(file: FileHandle, start: number, end: number): Promise<void> {
  if (start === end) return
  const bytes = Buffer.alloc(end - start)
  if ((await readFully(file, bytes, start, bytes.length)) < bytes.length)
    throw invalid('it is cut off', start)
  if (bytes.some((byte) => byte !== 0)) throw invalid('its padding is not empty', start)
}

function invalid(what: string, offset: number): OutpostError {
  return new OutpostError(
    'PACKAGE_INVALID',
    `The package is not complete or not a package: ${what}, at byte ${offset}.`,
    {
      details: { offset },
    },
  )
}
