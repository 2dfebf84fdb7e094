/** Looks whether this machine can run a node: runtime, native libraries, folder, disk, ports. Changes nothing. */
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { isSystemError } from '../base/errors.ts'
import { probeRuntime } from '../engine/probe.ts'
import { findRunningNode } from '../store/data-directory.ts'
import { readNodeDatabase } from '../store/open.ts'

export interface Finding {
  name: string
  outcome: 'good' | 'warning' | 'bad'
  message: string
}

/** Below this a single import of a large model fills the disk. */
const diskBytesWanted = 2e9
const nodeMajorMin = 22

export async function examineMachine(dataDirectory: string): Promise<Finding[]> {
  return [
    runtime(),
    ...(await libraries()),
    await folder(dataDirectory),
    await disk(dataDirectory),
    await database(dataDirectory),
    await running(dataDirectory),
    ...(await Promise.all([7070, 8080].map(port))),
  ]
}

function runtime(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  return {
    name: 'node',
    outcome: major >= nodeMajorMin ? 'good' : 'bad',
    message: `Node.js ${process.versions.node} on ${process.platform} ${process.arch}.`,
  }
}

async function libraries(): Promise<Finding[]> {
  const engine = await probeRuntime()
  return [{ name: 'onnxruntime', outcome: engine.works ? 'good' : 'bad', message: engine.message }]
}

async function nearest(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => null)
    if (found || at === dirname(at)) return at
  }
}

async function folder(path: string): Promise<Finding> {
  const existing = await nearest(path)
  try {
    await access(existing, constants.W_OK)
    return {
      name: 'data',
      outcome: 'good',
      message: existing === path ? `${path} can be written.` : `${path} will be made.`,
    }
  } catch {
    return { name: 'data', outcome: 'bad', message: `${existing} cannot be written by this account.` }
  }
}

async function disk(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearest(path))
  const free = bavail * bsize
  return {
    name: 'disk',
    outcome: free < diskBytesWanted ? 'warning' : 'good',
    message: `${(free / 1e9).toFixed(1)} GB free.`,
  }
}

async function database(path: string): Promise<Finding> {
  try {
    readNodeDatabase(path).close()
    return { name: 'database', outcome: 'good', message: 'node.db can be read and is of this version.' }
  } catch (error) {
    const absent = (await stat(path).catch(() => null)) === null
    if (absent)
      return { name: 'database', outcome: 'good', message: 'No node was started on this folder yet.' }
    return {
      name: 'database',
      outcome: 'bad',
      message: error instanceof Error ? error.message : String(error),
    }
  }
}

async function running(path: string): Promise<Finding> {
  const found = await findRunningNode(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return null
    throw error
  })
  return {
    name: 'running',
    outcome: 'good',
    message: found
      ? `A node runs on it (process ${found.pid}, ${found.url ?? 'without a listener'}).`
      : 'No node runs on it now.',
  }
}

const port = (number: number): Promise<Finding> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () =>
      resolve({ name: `port ${number}`, outcome: 'warning', message: 'Taken; another one will be used.' }),
    )
    server.listen(number, '127.0.0.1', () =>
      server.close(() => resolve({ name: `port ${number}`, outcome: 'good', message: 'Free.' })),
    )
  })
