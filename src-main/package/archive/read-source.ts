/** Reads a source folder: outpost.json and the files that it names, with a suite of labelled pictures where it names none. */
import { readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { parseJsonAs } from '../../base/json.ts'
import { bytesText } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import { type PackageDescriptor, packageDescriptor } from '../../contract/package.ts'
import { withLabelledPictures } from './labelled-pictures.ts'
import { descriptorPath } from './package-files.ts'
import { assembleSource, openSourceFile, type PackageSource, type SealedFiles } from './package-source.ts'

/**
 * Throws DESCRIPTOR_INVALID where outpost.json is missing or wrong; else as assembleSource does. A description that was
 * packed names all weights itself.
 */
export async function readSource(
  folder: string,
  options: { isPacked?: boolean; sealed?: SealedFiles | undefined; wantsPictures?: boolean } = {},
): Promise<PackageSource> {
  const written = await readDescriptor(folder)
  if (options.isPacked) return await assembleSource(written, folder, new Map(), options)
  const { description, generated } = await withLabelledPictures(written, folder, options.wantsPictures)
  return await assembleSource(description, folder, generated, options)
}

async function readDescriptor(folder: string): Promise<PackageDescriptor> {
  const path = join(folder, descriptorPath)
  const found = await stat(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  })
  if (found === null) {
    throw new OutpostError('DESCRIPTOR_INVALID', `There is no ${descriptorPath} in ${folder}.`, {
      hint: 'Give a folder with an outpost.json, or an .onnx file to start from.',
    })
  }
  const handle = await openSourceFile(await realpath(folder), descriptorPath)
  try {
    if ((await handle.stat()).size > limits.descriptorBytesMax) {
      throw new OutpostError(
        'DESCRIPTOR_INVALID',
        `${descriptorPath} is larger than ${bytesText(limits.descriptorBytesMax)}.`,
      )
    }
    return parseDescriptor(await readFile(handle))
  } finally {
    await handle.close()
  }
}

/** The bytes of an outpost.json. Throws DESCRIPTOR_INVALID, also for text that is not UTF-8. */
export function parseDescriptor(bytes: Uint8Array): PackageDescriptor {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new OutpostError('DESCRIPTOR_INVALID', `${descriptorPath} is not UTF-8.`, { cause: error })
  }
  return parseJsonAs(packageDescriptor, text, 'DESCRIPTOR_INVALID', descriptorPath)
}
