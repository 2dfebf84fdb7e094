/** Where a blob lies: blobs/sha256/aa/<64 hex digits>. A digest outside its grammar never becomes a path. */
import { join } from 'node:path'
import { digestHex } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { digest as digestGrammar } from '../../contract/names.ts'
import { dataPaths } from '../data-paths.ts'

export const blobFolder = (dataDir: string): string => join(dataPaths(dataDir).blobs, 'sha256')

export function blobPath(dataDir: string, digest: string): string {
  if (!digestGrammar.safeParse(digest).success)
    throw new OutpostError('NAME_INVALID', `"${digest}" is not a digest.`)
  const hex = digestHex(digest)
  return join(blobFolder(dataDir), hex.slice(0, 2), hex)
}
