/** What a file must be to hold a signed document: looked at where it is read, so that it is told by its name and size. */
import { limits } from '../limits.ts'
import { grouped } from './words.ts'

interface FileRefusal {
  code: 'LIC_TOO_LARGE' | 'LIC_MALFORMED'
  message: string
  /** It looks like a package, which is imported elsewhere. */
  isPackage: boolean
}

/** By its length alone: what is longer than any document need not be read. */
export function refuseLength(name: string, bytes: number): FileRefusal | null {
  if (bytes === 0) return { code: 'LIC_MALFORMED', message: `${name} is empty.`, isPackage: false }
  if (bytes <= limits.listJwsBytesMax) return null
  return {
    code: 'LIC_TOO_LARGE',
    message: `${name} has ${grouped(bytes)} bytes; no signed document has more than ${grouped(limits.listJwsBytesMax)}.`,
    isPackage: isPackageName(name),
  }
}

/** The text, or why the file is no signed document: one holds printable ASCII alone. */
export function documentIn(name: string, bytes: Uint8Array): string | FileRefusal {
  const refused = refuseLength(name, bytes.byteLength)
  if (refused) return refused
  const text = new TextDecoder().decode(bytes).trim()
  if (text === '') return { code: 'LIC_MALFORMED', message: `${name} is empty.`, isPackage: false }
  if (!/[^\x20-\x7e\t\r\n]/.test(text)) return text
  const isPackage = isPackageName(name) || isTar(bytes)
  const what = isPackage ? 'a package' : 'something else'
  return {
    code: 'LIC_MALFORMED',
    message: `${name} is no signed document, but ${what} of ${grouped(bytes.byteLength)} bytes.`,
    isPackage,
  }
}

const isPackageName = (name: string): boolean => name.toLowerCase().endsWith('.outpost')
const isTar = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar'
