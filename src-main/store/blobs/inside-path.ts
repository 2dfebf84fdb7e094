/** Turns a name that came from outside into a path below a folder. What would leave it, or means two things, is refused. */
import { join } from 'node:path'
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'

/** Parts of letters, divided by "/": no empty one, no "." or "..", no backslash, colon or control character. PACKAGE_PATH. */
export function insidePath(folder: string, path: string): string {
  const parts = path.split('/')
  const plain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !hasForbidden(part))
  if (plain && path.length <= limits.pathCharsMax) return join(folder, ...parts)
  throw new OutpostError('PACKAGE_PATH', `"${path}" is not a path inside the folder.`)
}

const hasForbidden = (part: string): boolean =>
  [...part].some((character) => character === '\\' || character === ':' || character.charCodeAt(0) < 0x20)
