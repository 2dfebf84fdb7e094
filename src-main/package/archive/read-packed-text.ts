/** Reads one document out of a package by its path, checked against its digest, without unpacking the rest. */
import { open } from 'node:fs/promises'
import { sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { bytesText } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import { readFully } from './copy-hashed.ts'
import { blobName } from './layout.ts'
import type { PackageHead } from './package-head.ts'
import { quoted } from './paths.ts'
import { scanTar } from './scan-tar.ts'

/** Throws PACKAGE_INVALID for a path that the package has not, PACKAGE_LIMIT, PACKAGE_DIGEST. */
export async function readPackedText(
  path: string,
  head: Pick<PackageHead, 'files'>,
  document: string,
): Promise<string> {
  const wanted = head.files.find((file) => file.path === document)
  if (!wanted) throw new OutpostError('PACKAGE_INVALID', `The package has no ${quoted(document)}.`)
  if (wanted.bytes > limits.documentBytesMax) {
    throw new OutpostError(
      'PACKAGE_LIMIT',
      `${quoted(document)} is larger than ${bytesText(limits.documentBytesMax)}.`,
    )
  }
  const file = await open(path, 'r')
  try {
    const entries = await scanTar(file, (await file.stat()).size)
    const extent = entries.get(blobName(wanted.digest))
    if (!extent)
      throw new OutpostError('PACKAGE_INVALID', `The contents of ${quoted(document)} are not in the package.`)
    const bytes = Buffer.alloc(extent.bytes)
    await readFully(file, bytes, extent.offset, extent.bytes)
    if (sha256(bytes) !== wanted.digest)
      throw new OutpostError('PACKAGE_DIGEST', `${quoted(document)} differs from its digest.`)
    return bytes.toString('utf8')
  } finally {
    await file.close()
  }
}
