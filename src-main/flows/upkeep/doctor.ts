/** Looks whether this machine can run a node: runtime, native libraries, folder, disk, ports. Changes nothing. */
import { constants } from 'node:fs'
import { access, readFile, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { nodeMajorMin } from '../../base/node-version.ts'
import { probeHere, probeRuntime } from '../../engine/probe.ts'
import { probePictures } from '../../processing/probe.ts'
import { findRunningNode } from '../../store/data-directory.ts'
import { dataPaths } from '../../store/data-paths.ts'
import { inspectNodeDatabase } from '../../store/open.ts'
import { probeDatabase } from '../../store/probe.ts'
import { examineChains } from './chains.ts'
import type { Finding } from './finding.ts'

/** Below this a single import of a large model fills the disk. */
const diskBytesWanted = 2e9

type Running = Awaited<ReturnType<typeof findRunningNode>>

/** `electronDirectory` is that of the electron package, where a checkout has it. */
export async function examineMachine(dataDirectory: string, electronDirectory: string): Promise<Finding[]> {
  const running = await findRunning(dataDirectory)
  return [
    runtime(),
    library('sqlite', probeDatabase()),
    library('onnxruntime', await probeRuntime()),
    await devices(),
    library('pictures', await probePictures()),
    await electron(electronDirectory),
    await folder(dataDirectory),
    await disk(dataDirectory),
    await database(dataDirectory),
    ...(await examineChains(dataDirectory)),
    {
      name: 'running',
      outcome: 'good',
      message: running
        ? `A node runs on it (process ${running.pid}${running.url ? '' : ', without a listener'}).`
        : 'No node runs on it now.',
    },
    ...(running ? listeners(running) : await Promise.all([7070, 8080, 8081].map(port))),
  ]
}

function runtime(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  const enough = major >= nodeMajorMin
  return {
    name: 'node',
    outcome: enough ? 'good' : 'bad',
    message: `Node.js ${process.versions.node} on ${process.platform} ${process.arch}${enough ? '' : `; ${nodeMajorMin} or newer is needed`}.`,
  }
}

const library = (name: string, probe: { works: boolean; message: string }): Finding => ({
  name,
  outcome: probe.works ? 'good' : 'bad',
  message: probe.message,
})

/** None but the CPU is needed. */
async function devices(): Promise<Finding> {
  const probes = await probeHere().catch(() => [])
  const of = (works: boolean) => probes.filter((probe) => probe.works === works)
  const working = of(true).map(({ executionProvider }) => executionProvider)
  const others = of(false).map(({ executionProvider }) => executionProvider)
  const without = others.length === 0 ? '' : `; not here: ${others.join(', ')} (outpost gpu status says why)`
  return {
    name: 'devices',
    outcome: working.length > 0 ? 'good' : 'bad',
    message: `Models run on ${working.join(', ') || 'no device'}${without}.`,
  }
}

/** Only the desktop needs it: a server without it is as it should be. */
async function electron(directory: string): Promise<Finding> {
  const own = process.versions.electron
  if (own !== undefined) return { name: 'electron', outcome: 'good', message: `This is Electron ${own}.` }
  const name = await readFile(join(directory, 'path.txt'), 'utf8').catch(() => null)
  const found = name !== null && (await exists(join(directory, 'dist', name.trim())))
  return {
    name: 'electron',
    outcome: 'good',
    message: found
      ? 'Its binary is there, for the desktop.'
      : 'Its binary is not there; the server and the command line do without.',
  }
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null

async function nearest(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) if ((await exists(at)) || at === dirname(at)) return at
}

async function folder(path: string): Promise<Finding> {
  const { root } = dataPaths(path)
  const existing = await nearest(root)
  try {
    await access(existing, constants.W_OK)
  } catch {
    return { name: 'data', outcome: 'bad', message: `${existing} cannot be written by this account.` }
  }
  if (existing !== root) return { name: 'data', outcome: 'good', message: `${root} will be made.` }
  const isOpen = process.platform !== 'win32' && ((await stat(root)).mode & 0o077) !== 0
  return isOpen
    ? {
        name: 'data',
        outcome: 'warning',
        message: `Other accounts can look into ${root}: chmod 700 closes it.`,
      }
    : { name: 'data', outcome: 'good', message: `${root} can be written, by this account alone.` }
}

async function disk(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearest(dataPaths(path).root))
  const free = bavail * bsize
  return {
    name: 'disk',
    outcome: free < diskBytesWanted ? 'warning' : 'good',
    message: `${(free / 1e9).toFixed(1)} GB free.`,
  }
}

async function database(path: string): Promise<Finding> {
  if (!(await exists(dataPaths(path).nodeDatabase)))
    return { name: 'database', outcome: 'good', message: 'No node was started on this folder yet.' }
  try {
    const { db, schema, schemaHere } = inspectNodeDatabase(path)
    db.close()
    const message =
      schema === schemaHere
        ? 'node.db can be read and is of this version.'
        : `node.db has schema ${schema}; it will be migrated to ${schemaHere} at the next start, after a copy into backups/.`
    return { name: 'database', outcome: 'good', message }
  } catch (error) {
    return { name: 'database', outcome: 'bad', message: (error as Error).message }
  }
}

async function findRunning(path: string): Promise<Running> {
  return findRunningNode(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return null
    if (error instanceof OutpostError && error.code === 'DATA_DIR_INVALID') return null // the finding on the folder says why
    throw error
  })
}

/** Whether other ports are free does not matter to a node that has its own. */
function listeners({ url, servingUrl, grpcAddress }: NonNullable<Running>): Finding[] {
  const found = { ui: url, serving: servingUrl, grpc: grpcAddress }
  return Object.entries(found).flatMap(([name, address]) =>
    address ? [{ name, outcome: 'good' as const, message: `The node listens on ${address}.` }] : [],
  )
}

const port = (number: number): Promise<Finding> =>
  new Promise((resolve) => {
    const name = `port ${number}`
    const server = createServer()
    server.once('error', () =>
      resolve({ name, outcome: 'warning', message: 'Taken; another one will be used.' }),
    )
    server.listen(number, '127.0.0.1', () =>
      server.close(() => resolve({ name, outcome: 'good', message: 'Free.' })),
    )
  })
