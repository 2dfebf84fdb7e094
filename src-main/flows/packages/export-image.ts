/**
 * A version as a container image: an OCI image layout, and beside it a Dockerfile whose build context it is. Made by
 * files alone, without an engine for containers; a folder that fails half way is removed.
 */
import { createHash } from 'node:crypto'
import { copyFile, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { asDiskError } from '../../base/files.ts'
import { openPackage } from '../../package/archive/open-package.ts'
import {
  type Architecture,
  type Descriptor,
  dockerfile,
  type ImageFacts,
  imageConfig,
  imageIndex,
  imageManifest,
  imagePaths,
  layerDescriptor,
} from '../../package/image/image-documents.ts'
import { type LayerFile, writeLayer } from '../../package/image/layer.ts'
import { appFiles, libraryFiles } from '../../package/image/program-files.ts'
import { withTemporaryFolder } from '../../store/temporary-folder.ts'

export interface ImageOptions {
  /** Brings the package of the version to this path. */
  fetchPackage(path: string): Promise<unknown>
  output: string
  programDirectory: string
  architecture: Architecture
  /** What the Dockerfile builds on; without it, on nothing, with the libraries of this machine. */
  base: string | undefined
  /** The OCI layout of an image with glibc, which the image is put on top of. */
  baseLayout: string | undefined
}

type Made = { digest: string; layers: number }

export async function exportImage(options: ImageOptions): Promise<Made> {
  await refuseOtherPlatform(options)
  return await withTemporaryFolder(async (folder) => {
    const packagePath = join(folder, 'model.outpost')
    await options.fetchPackage(packagePath)
    return makeImage({ ...options, packagePath })
  })
}

type WithPackage = ImageOptions & { packagePath: string }

async function makeImage(options: WithPackage): Promise<Made> {
  const head = await openPackage(options.packagePath)
  if (!head.signature)
    throw new OutpostError('PACKAGE_UNSIGNED', 'The package is not signed; no container would let it in.')
  const facts: ImageFacts = {
    model: head.descriptor.id,
    version: head.version,
    digest: head.digest,
    fingerprint: head.signature.fingerprint,
    license: head.descriptor.license.spdx,
    architecture: options.architecture,
  }
  await mkdir(options.output).catch((error: unknown) => {
    if (!isSystemError(error, 'EEXIST')) throw error
    throw new OutpostError('BAD_REQUEST', `${options.output} is there already.`, {
      hint: 'Name another folder, or remove this one.',
    })
  })
  try {
    return await writeImage(options, facts)
  } catch (error) {
    await rm(options.output, { recursive: true, force: true })
    throw asDiskError(error)
  }
}

const nodeBinary = (program: string): string => join(program, 'node_modules', 'node', 'bin', 'node')

async function refuseOtherPlatform({ architecture, programDirectory }: ImageOptions): Promise<void> {
  const own = { x64: 'amd64', arm64: 'arm64' }[process.arch as string]
  const built = await readdir(join(programDirectory, 'out', 'main')).catch((): string[] => [])
  if (process.platform === 'linux' && own === architecture && built.includes('headless.js')) return
  throw new OutpostError('BAD_REQUEST', `No image for linux/${architecture} can be made here.`, {
    hint: 'Make it on Linux of that architecture, in a checkout that is built (npm run build): its native modules are installed there.',
  })
}

async function writeImage(options: WithPackage, facts: ImageFacts) {
  const { output, programDirectory } = options
  const blobs = join(output, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const node = nodeBinary(programDirectory)
  const app = await appFiles(programDirectory)
  const own = { target: imagePaths.data, source: null }
  const groups: LayerFile[][] = [
    [{ target: imagePaths.node, source: node, executable: true }],
    [...app, own],
    [{ target: imagePaths.model, source: options.packagePath }],
  ]
  const ours = []
  for (const group of groups) ours.push(await writeLayer(blobs, group))
  const below = options.baseLayout ? await readBase(options.baseLayout, blobs, facts.architecture) : null
  // Where a Dockerfile names its base, the layout still has to be complete by itself.
  const libraries =
    below === null ? [await writeLayer(blobs, [...(await libraryFiles(node, app)), ...ground])] : []
  const all = [...libraries, ...ours]
  const put = async (document: unknown): Promise<{ digest: string; size: number }> => {
    const bytes = Buffer.from(JSON.stringify(document))
    const hex = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(blobs, hex), bytes)
    return { digest: `sha256:${hex}`, size: bytes.length }
  }
  const diffIds = [...(below?.diffIds ?? []), ...all.map(({ diffId }) => diffId)]
  const layers = [...(below?.layers ?? []), ...all.map(layerDescriptor)]
  const manifest = await put(imageManifest(await put(imageConfig(facts, diffIds)), layers))
  // A layout's layers may hold deletions, which a Dockerfile cannot add: there, its base needs a name.
  if (options.base !== undefined || below === null) {
    const added = options.base === undefined ? all : ours
    await writeFile(join(output, 'Dockerfile'), dockerfile(facts, options.base ?? 'scratch', added))
  }
  await writeFile(join(output, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(output, 'index.partial'), JSON.stringify(imageIndex(facts, manifest)))
  await rename(join(output, 'index.partial'), join(output, 'index.json'))
  return { digest: manifest.digest, layers: layers.length }
}

/** What every program expects to find and an empty image has not. */
const ground: LayerFile[] = [
  { target: 'tmp', source: null },
  { target: 'etc/passwd', source: Buffer.from('outpost:x:10001:10001::/var/lib/outpost:/sbin/nologin\n') },
  { target: 'etc/group', source: Buffer.from('outpost:x:10001:\n') },
]

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number(),
})
const baseIndex = z.object({
  manifests: z
    .array(descriptor.extend({ platform: z.object({ architecture: z.string() }).optional() }))
    .min(1),
})
const baseManifest = z.object({ config: descriptor, layers: z.array(descriptor) })
const baseConfig = z.object({ architecture: z.string(), rootfs: z.object({ diff_ids: z.array(z.string()) }) })

async function readBase(
  layout: string,
  blobs: string,
  architecture: Architecture,
): Promise<{ layers: Descriptor[]; diffIds: string[] }> {
  const blob = (digest: string, root: string) => join(root, digest.slice('sha256:'.length))
  const from = join(layout, 'blobs', 'sha256')
  const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))
  try {
    const { manifests } = baseIndex.parse(await json(join(layout, 'index.json')))
    const chosen = manifests.find(({ platform }) => platform?.architecture === architecture) ?? manifests[0]
    const { config, layers } = baseManifest.parse(await json(blob(chosen?.digest ?? '', from)))
    const { rootfs, architecture: found } = baseConfig.parse(await json(blob(config.digest, from)))
    if (found !== architecture) throw new Error(`it is for ${found}`)
    for (const { digest } of layers)
      await link(blob(digest, from), blob(digest, blobs)).catch(() =>
        copyFile(blob(digest, from), blob(digest, blobs)),
      )
    return { layers, diffIds: rootfs.diff_ids }
  } catch (cause) {
    throw new OutpostError(
      'BAD_REQUEST',
      `${layout} is no usable image layout: ${(cause as Error).message}`,
      {
        hint: 'skopeo copy docker://debian:stable-slim oci:base makes one.',
        cause,
      },
    )
  }
}
