/** The libraries for graphics cards: what is installed, what a run on each device says, and how they are fetched. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { download } from '../../base/download.ts'
import { OutpostError } from '../../base/errors.ts'
import type { DeviceProbe } from '../../contract/views.ts'
import {
  gpuPackage,
  hasGpuLibraries,
  installedLibraries,
  runtimePlace,
  unpackLibraries,
} from '../../engine/gpu-libraries.ts'
import { probeHere } from '../../engine/probe.ts'

export interface GpuStatus {
  runtime: string
  directory: string
  libraries: Array<{ name: string; bytes: number }>
  devices: DeviceProbe[]
}

export async function gpuStatus(): Promise<GpuStatus> {
  const { directory, version } = runtimePlace()
  const libraries = await installedLibraries(directory)
  return { runtime: version, directory, libraries, devices: await probeHere() }
}

interface InstallOptions {
  /** An archive that was fetched elsewhere. */
  from?: string | undefined
  /** Takes the download, so that one that is cut off goes on; the archive is removed when all is unpacked. */
  downloads: string
  /** Where the runtime's own library lies. */
  directory?: string
  feed?: string
  onProgress?: (done: number, of: number) => void
}

/** The package of the same version as the runtime: another one is refused by it when it is loaded. */
export async function installGpu(options: InstallOptions): Promise<string[]> {
  const directory = options.directory ?? runtimePlace().directory
  if (options.directory === undefined && !hasGpuLibraries()) {
    throw new OutpostError(
      'MACHINE_UNFIT',
      `There are no such libraries for ${process.platform} on ${process.arch}.`,
      { hint: 'Windows uses DirectML and macOS CoreML, which are brought along.' },
    )
  }
  if (options.from !== undefined) return unpackLibraries(options.from, directory)
  const { version } = runtimePlace()
  const found = await findPackage(options.feed ?? 'https://api.nuget.org/v3', gpuPackage, version)
  const archive = join(options.downloads, `${gpuPackage}.${version}.nupkg`.toLowerCase())
  await download({
    ...found,
    file: archive,
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  })
  const unpacked = await unpackLibraries(archive, directory)
  await rm(archive)
  return unpacked
}

const registration = z.object({ packageContent: z.url(), catalogEntry: z.url() })
const catalogEntry = z.object({ packageHash: z.string(), packageHashAlgorithm: z.literal('SHA512') })

/** NuGet's own documents of one version (learn.microsoft.com/nuget/api/registration-base-url-resource). */
async function findPackage(
  feed: string,
  name: string,
  version: string,
): Promise<{ url: string; sha512: string }> {
  const leaf = `${feed}/registration5-gz-semver2/${name.toLowerCase()}/${version}.json`
  const { packageContent, catalogEntry: entry } = await readDocument(leaf, registration)
  const { packageHash } = await readDocument(entry, catalogEntry)
  return { url: packageContent, sha512: packageHash }
}

async function readDocument<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const hint = 'Without a network, fetch the package elsewhere and give it with --from.'
  const { host } = new URL(url)
  const response = await fetch(url).catch((error: unknown) => {
    throw new OutpostError('NODE_UNREACHABLE', `${host} does not answer.`, { hint, cause: error })
  })
  if (!response.ok)
    throw new OutpostError('NODE_UNREACHABLE', `${host} answered ${response.status}.`, { hint })
  const read = schema.safeParse(await response.json().catch(() => null))
  if (read.success) return read.data
  throw new OutpostError('NODE_UNREACHABLE', `${host} answered with something else than NuGet does.`, {
    hint,
  })
}
