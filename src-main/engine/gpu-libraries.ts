/**
 * The libraries with which ONNX Runtime uses NVIDIA cards: too large for the package registry, so they are taken from
 * the NuGet package of the same version. The runtime looks for them beside itself and nowhere else.
 */
import { createWriteStream } from 'node:fs'
import { access, constants, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'

/** As onnxruntime-node's own script/install-metadata.js has them. */
export const gpuPackage = 'Microsoft.ML.OnnxRuntime.Gpu.Linux'
const inPackage = 'runtimes/linux-x64/native/'
const gpuLibraries = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_cuda.so',
  'libonnxruntime_providers_tensorrt.so',
] as const

/** TensorRT is taken along where the archive has it; CUDA does without. */
const needed: readonly string[] = gpuLibraries.slice(0, 2)

/** Only for Linux on x86-64 are there such libraries; Windows has DirectML, macOS CoreML. */
export const hasGpuLibraries = (): boolean => process.platform === 'linux' && process.arch === 'x64'

interface RuntimePlace {
  directory: string
  version: string
}

/** Where the runtime's own library lies, and its version. */
export function runtimePlace(): RuntimePlace {
  const require = createRequire(import.meta.url)
  const root = dirname(dirname(require.resolve('onnxruntime-node')))
  const { version } = require('onnxruntime-node/package.json') as { version: string }
  const directory = join(root, 'bin', 'napi-v6', process.platform, process.arch)
  // Native libraries lie outside the archive of a packaged app.
  return { directory: directory.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked'), version }
}

export async function installedLibraries(directory: string): Promise<Array<{ name: string; bytes: number }>> {
  const found = await Promise.all(
    gpuLibraries.map(async (name) => ({ name, file: await stat(join(directory, name)).catch(() => null) })),
  )
  return found.flatMap(({ name, file }) => (file ? [{ name, bytes: file.size }] : []))
}

/** Unpacks the libraries; each stands whole or not at all. PACKAGE_INVALID where the archive is another one. */
export async function unpackLibraries(archive: string, directory: string): Promise<string[]> {
  await access(directory, constants.W_OK).catch((error: unknown) => {
    throw new OutpostError('MACHINE_UNFIT', `${directory} cannot be written to.`, {
      hint: 'ONNX Runtime takes these libraries from beside itself: run the command as who installed the program.',
      cause: error,
    })
  })
  const zip = await openArchive(archive)
  const unpacked: string[] = []
  try {
    if (zip.entryCount > limits.packageEntriesMax)
      throw overLimit(archive, `has more than ${limits.packageEntriesMax} files`)
    for await (const entry of zip.eachEntry()) {
      const name = basename(entry.fileName)
      if (entry.fileName !== inPackage + name || !gpuLibraries.some((one) => one === name)) continue
      if (unpacked.includes(name)) throw new Error(`${entry.fileName} stands there twice`)
      if (entry.uncompressedSize > limits.gpuLibraryBytesMax)
        throw overLimit(archive, `holds a library of ${entry.uncompressedSize} bytes`)
      await writeEntry(zip, entry, join(directory, name))
      unpacked.push(name)
    }
  } catch (error) {
    throw asArchiveError(archive, error)
  } finally {
    zip.close()
  }
  const missing = needed.filter((name) => !unpacked.includes(name))
  if (missing.length === 0) return unpacked
  throw new OutpostError('PACKAGE_INVALID', `${basename(archive)} does not hold ${missing.join(', ')}.`, {
    hint: `It must be the NuGet package ${gpuPackage} of version ${runtimePlace().version}.`,
  })
}

const overLimit = (archive: string, what: string): OutpostError =>
  new OutpostError('PACKAGE_LIMIT', `${basename(archive)} ${what}, which no package of the runtime does.`)

async function openArchive(archive: string): Promise<ZipFile> {
  try {
    return await openPromise(archive, { lazyEntries: true, autoClose: false })
  } catch (error) {
    throw asArchiveError(archive, error)
  }
}

function asArchiveError(archive: string, error: unknown): unknown {
  if (error instanceof OutpostError) return error
  if (isSystemError(error, 'ENOENT'))
    return new OutpostError('NOT_FOUND', `There is no file ${archive}.`, { cause: error })
  if (isSystemError(error, 'ENOSPC'))
    return new OutpostError('DISK_FULL', 'The disk is full.', { cause: error })
  const reason = error instanceof Error ? error.message : String(error)
  return new OutpostError('PACKAGE_INVALID', `${basename(archive)} cannot be unpacked: ${reason}.`, {
    cause: error,
  })
}

async function writeEntry(zip: ZipFile, entry: Entry, file: string): Promise<void> {
  const temporary = `${file}.new`
  try {
    let sum = 0
    const summed = new Transform({
      transform: (chunk: Buffer, _, done) => {
        sum = crc32(chunk, sum)
        done(null, chunk)
      },
    })
    await pipeline(await zip.openReadStreamPromise(entry), summed, createWriteStream(temporary))
    if (sum !== entry.crc32) throw new Error(`${entry.fileName} is damaged`)
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}
