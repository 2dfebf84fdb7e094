/** What of this program an image holds: Node.js, the built headless node and what it reads, its dependencies, the C libraries. */
import { execFile } from 'node:child_process'
import { readdir, readFile, realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { isSystemError } from '../../base/errors.ts'
import { imagePaths } from './image-documents.ts'
import type { LayerFile } from './layer.ts'

/** They serve the installation alone: downloading and compiling. */
const installOnly = new Set(['adm-zip', 'global-agent', 'node-addon-api'])
const left =
  /\/(deps|src|prebuilds\/(?!linux)[^/]+|napi-v\d+\/(darwin|win32)|test|docs)(\/|$)|\.(md|map|d\.ts)$/

const packageJson = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
})

export async function appFiles(program: string): Promise<LayerFile[]> {
  const folders = ['out/main', 'out/renderer', 'resources/grpc', ...(await dependencyFolders(program))]
  const found = await Promise.all(folders.map((folder) => filesBelow(join(program, folder))))
  const paths = [...new Set([join(program, 'package.json'), ...found.flat()])]
  return paths.map((path) => ({ target: `${imagePaths.app}/${relative(program, path)}`, source: path }))
}

async function dependencyFolders(program: string): Promise<string[]> {
  const folders = new Set<string>()
  const add = async (folder: string): Promise<void> => {
    const text = await readFile(join(program, folder, 'package.json'), 'utf8').catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return null // made for another platform
      throw error
    })
    if (text === null) return
    if (folder !== '') folders.add(folder)
    const { dependencies, optionalDependencies } = packageJson.parse(JSON.parse(text))
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const next = join('node_modules', name)
      if (!installOnly.has(name) && !folders.has(next)) await add(next)
    }
  }
  await add('')
  return [...folders]
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !left.test(relative(join(folder, '..'), path)) || folder.endsWith('renderer'))
}

/** The loader and the libraries that Node.js and the native modules ask for, under the names they ask for. */
export async function libraryFiles(node: string, app: readonly LayerFile[]): Promise<LayerFile[]> {
  const native = app.flatMap(({ source }) =>
    typeof source === 'string' && /\.node$|\.so(\.\d+)*$/.test(source) ? [source] : [],
  )
  const own = native.filter((path) => !/[/-](arm64|musl|linuxmusl)/.test(path) || process.arch === 'arm64')
  const paths = new Set<string>()
  for (const binary of [node, ...own]) {
    const { stdout } = await promisify(execFile)('ldd', [binary])
    for (const [, path] of stdout.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)) if (path) paths.add(path)
  }
  const system = [...paths].filter((path) => /^\/(usr\/)?lib/.test(path))
  return Promise.all(
    system.map(async (path) => ({
      target: path.slice(1),
      source: await realpath(path),
      executable: true,
    })),
  )
}
