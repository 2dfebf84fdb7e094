/**
 * A Chromium for tests and screenshots: the one that Playwright or the system has, else the one that the npm
 * package @sparticuz/chromium carries, so that no test needs a download beyond the npm registry.
 *
 * Nothing is taken from that package but its files. Its default arguments switch web security and site isolation
 * off, with which no cross-site test could fail; the only switch that loosens anything here is --no-sandbox, which
 * Playwright passes because a sandbox needs a set-up that containers and root do not have.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { type Browser, chromium, type LaunchOptions } from 'playwright'
import { extract } from 'tar-stream'
import { z } from 'zod'

/** Where and how to launch: for Playwright's `use.launchOptions`, or for `chromium.launch`. */
export async function browserLaunchOptions(): Promise<LaunchOptions> {
  const found = installedBrowser()
  if (found) return { executablePath: found }
  const folder = await unpackedBrowser()
  const executablePath = join(folder, 'chromium')
  return { executablePath, env: { ...definedEnvironment(), ...(await missingParts(folder, executablePath)) } }
}

/** A headless browser of one's own; close it. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ ...(await browserLaunchOptions()), ...options })
}

const systemNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const fixedPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

function installedBrowser(): string | undefined {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => systemNames.map((name) => join(folder, name)))
  return [chromium.executablePath(), ...onPath, ...fixedPaths].find((path) => existsSync(path))
}

const packageFile = z.object({ version: z.string() })

/** The package's folder; its entry is build/index.js. */
const carried = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..')

/**
 * The package's browser, unpacked once per version beside the packages. Not into the system's temporary folder, as
 * the package itself would: there, another user could have put a program in its place.
 */
async function unpackedBrowser(): Promise<string> {
  const { version } = packageFile.parse(JSON.parse(await readFile(join(carried, 'package.json'), 'utf8')))
  const folder = resolve(carried, '../../.cache/outpost-browser', version)
  if (existsSync(folder)) return folder
  const partial = `${folder}.${process.pid}`
  try {
    await mkdir(partial, { recursive: true })
    await writeFile(join(partial, 'chromium'), await packed('chromium.br'), { mode: 0o755 })
    await untar(await packed('al2023.tar.br'), partial)
    await untar(await packed('fonts.tar.br'), partial)
    await writeFile(join(partial, 'fonts.conf'), fontConfiguration(folder))
    await rename(partial, folder)
  } catch (error) {
    // The folder appears whole or not at all; when two test runs race, the first one's stays.
    if (!existsSync(folder)) throw error
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return folder
}

const fontConfiguration = (folder: string): string =>
  `<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'font-cache')}</cachedir></fontconfig>\n`

async function packed(name: string): Promise<Buffer> {
  return promisify(brotliDecompress)(await readFile(join(carried, 'bin', name)))
}

async function untar(archive: Buffer, folder: string): Promise<void> {
  const entries = extract()
  entries.end(archive)
  for await (const entry of entries) {
    const path = join(folder, entry.header.name)
    const contents = await buffer(entry)
    if (entry.header.type === 'directory') continue
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, contents, { mode: 0o755 })
  }
}

/** What the browser's environment must name because the system lacks it: shared libraries, or any font at all. */
async function missingParts(folder: string, executablePath: string): Promise<Record<string, string>> {
  const parts: Record<string, string> = {}
  const { stdout } = await promisify(execFile)('ldd', [executablePath])
  if (stdout.includes('not found')) {
    const present = process.env.LD_LIBRARY_PATH
    parts.LD_LIBRARY_PATH = [join(folder, 'lib'), ...(present ? [present] : [])].join(delimiter)
  }
  const fonts = await readdir('/usr/share/fonts').catch(() => [])
  if (fonts.length === 0) parts.FONTCONFIG_FILE = join(folder, 'fonts.conf')
  return parts
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]),
  )
}
