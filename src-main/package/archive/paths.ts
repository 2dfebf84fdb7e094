/**
 * The rules for every path inside a package. A path that could leave its folder, or that two file systems would read
 * differently, is refused on all platforms, so that a package means the same files wherever it is opened.
 */
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'

/** Names that Windows reserves for devices, with or without an extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i

/** Bytes of one component: what ext4, APFS and NTFS carry. */
const componentBytesMax = 255

/** Why `path` may not stand in a package, or null where it may. */
export function pathProblem(path: string): string | null {
  if (path === '') return 'is empty'
  if (path.length > limits.pathCharsMax) return `is longer than ${limits.pathCharsMax} characters`
  if (!path.isWellFormed()) return 'is not well-formed Unicode'
  if (path.startsWith('/')) return 'is absolute'
  if (/^[a-z]:/i.test(path)) return 'begins with a drive letter'
  if (path.includes('\\')) return 'has a backslash'
  if ([...path].some((char) => (char.codePointAt(0) ?? 0) < 0x20 || char === '\u007f'))
    return 'has a control character'
  if (/[:*?"<>|]/.test(path)) return 'has a character that Windows does not allow'
  if (path.normalize('NFC') !== path) return 'is not in Unicode normal form C'
  for (const part of path.split('/')) {
    const problem = componentProblem(part)
    if (problem) return problem
  }
  return null
}

function componentProblem(part: string): string | null {
  if (part === '') return 'has an empty component'
  if (part === '.' || part === '..') return `has the component "${part}"`
  if (part.endsWith('.') || part.endsWith(' ')) return 'has a component that ends with a dot or a space'
  if (part.startsWith(' ')) return 'has a component that begins with a space'
  if (reserved.test(part)) return `has the component "${part}", which Windows reserves`
  if (Buffer.byteLength(part) > componentBytesMax)
    return `has a component of more than ${componentBytesMax} bytes`
  return null
}

/** Throws PACKAGE_PATH for a path that breaks a rule. */
function checkPath(path: string): void {
  const problem = pathProblem(path)
  if (problem)
    throw new OutpostError('PACKAGE_PATH', `The path ${quoted(path)} ${problem}.`, { details: { path } })
}

/**
 * Throws PACKAGE_PATH where a path breaks a rule, where two are equal, where two differ in case alone (one file on
 * Windows and macOS), or where one is a file and the folder of another at once.
 */
export function checkPaths(paths: Iterable<string>): void {
  const files = new Map<string, string>()
  const folders = new Map<string, string>()
  for (const path of paths) {
    checkPath(path)
    const key = caseFolded(path)
    const other = files.get(key)
    if (other !== undefined) throw collision(path, other)
    files.set(key, path)
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash)
      const spelled = folders.get(caseFolded(folder)) ?? folder
      if (spelled !== folder) throw collision(folder, spelled)
      folders.set(caseFolded(folder), folder)
    }
  }
  for (const [key, folder] of folders) {
    const file = files.get(key)
    if (file !== undefined) throw collision(file, `${folder}/`)
  }
}

/** Upper then lower case, which also joins letters that share only one of the two, such as ß and ẞ or ſ and s. */
const caseFolded = (path: string): string => path.toUpperCase().toLowerCase().normalize('NFC')

function collision(path: string, other: string): OutpostError {
  const how = path === other ? 'stands twice' : `and ${quoted(other)} are one path on some file systems`
  return new OutpostError('PACKAGE_PATH', `The path ${quoted(path)} ${how}.`, { details: { path, other } })
}

/** A hostile name in a message must not carry control characters into a terminal or a log. */
export const quoted = (path: string): string => JSON.stringify(path.slice(0, 200))
