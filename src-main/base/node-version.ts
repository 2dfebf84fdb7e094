/** Which Node.js the program runs on. Entries ask before they open anything. */
import { OutpostError } from './errors.ts'

/** better-sqlite3's binary takes an older one down with a segmentation fault, before a word is said. */
export const nodeMajorMin = 22

/** MACHINE_UNFIT where it is too old; the version of this process unless told otherwise. */
export function refuseOldNode(version: string = process.versions.node): void {
  if (Number(version.split('.')[0]) >= nodeMajorMin) return
  throw new OutpostError('MACHINE_UNFIT', `Node.js ${nodeMajorMin} or newer is needed; this is ${version}.`, {
    hint: 'npx outpost and npm start bring their own.',
  })
}
