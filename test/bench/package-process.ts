/**
 * Packs or imports once, in a process of its own, so that the growth of memory is this work's alone. Started by
 * packages.ts with a task as its argument; what it measured goes back as a message.
 */
import { createPrivateKey } from 'node:crypto'
import { owner } from '../../src-main/flows/actor.ts'
import { submitImport } from '../../src-main/flows/packages/import-package.ts'
import { openPackage } from '../../src-main/package/archive/open-package.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import { startWholeNode } from '../support/whole-node.ts'

export type PackageTask =
  | { kind: 'pack'; source: string; output: string; privateKey: string }
  /** Through a whole node on a data folder of its own: storing, the link tree, the lab's checks that read, the row. */
  | { kind: 'import'; path: string; dataDirectory: string }

export interface Measured {
  seconds: number
  /** Of this process, at its highest, above what it held before; the lab is a process of its own. */
  growthBytes: number
}

const task = JSON.parse(process.argv[2] ?? '') as PackageTask
const measured = task.kind === 'pack' ? await measurePack(task) : await measureImport(task)
process.send?.(measured)
process.disconnect?.()

async function measurePack({
  source,
  output,
  privateKey,
}: PackageTask & { kind: 'pack' }): Promise<Measured> {
  const signer = { publisher: 'acme', privateKey: createPrivateKey(privateKey) }
  return await measure(async () => void (await pack(await readSource(source), { output, signer })))
}

async function measureImport({ path, dataDirectory }: PackageTask & { kind: 'import' }): Promise<Measured> {
  const { signature, bytes } = await openPackage(path)
  const node = await startWholeNode({ dataDirectory, serving: null })
  const { context } = node.node
  const measured = await measure(async () => {
    const file = { path, name: 'large.outpost', bytes, owned: false }
    const options = { trust: signature?.fingerprint, skipRun: true }
    const job = await node.ended(submitImport(context, owner, file, options))
    if (job.state !== 'done') throw new Error(`the import ended as ${job.state}: ${job.failure?.message}`)
  })
  await node.stop()
  return measured
}

/** The system's high-water mark is kept from the start of the process, so what it grew by is never understated. */
async function measure(work: () => Promise<void>): Promise<Measured> {
  const before = process.memoryUsage.rss()
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1000
  return { seconds, growthBytes: Math.max(0, process.resourceUsage().maxRSS * 1024 - before) }
}
