/**
 * Runs every model of a folder through the command line on a node that runs, from its file to its answer.
 * `npm run conformance -- DIR`; expected-refusals.json names the models that the runtime here cannot run, each with
 * the check that has to say so. `npm run conformance -- --url URL` asks any server of the Open Inference Protocol the
 * suite in protocol/; `--fixtures DIR` writes the models that it asks about. Both end with `N passed, N failed, N skipped`.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { grpcClient } from '../support/grpc-client.ts'
import { checkModel } from './check-model.ts'
import { openCommandPath } from './command-path.ts'
import { checkDetector } from './detector.ts'
import { writeFixtures } from './protocol/fixtures.ts'
import { runSuite } from './protocol/suite.ts'

const refusals = z.record(z.string(), z.object({ check: z.string(), unlessLocale: z.string().optional() }))
const expectedRefusals = refusals.parse(
  JSON.parse(await readFile(join(import.meta.dirname, 'expected-refusals.json'), 'utf8')),
)

/** A model waits for processes most of its time: two at once fill two cores. */
const atOnce = 2

async function modelFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name === 'model.onnx')
    .map((entry) => entry.parentPath)
    .sort()
}

/** Any server of the protocol; what it lacks of the fixtures is skipped by name. */
async function askServer({ url, grpc, key }: { url: string; grpc?: string; key?: string }): Promise<void> {
  const client = grpc === undefined ? null : grpcClient(grpc, key ?? null)
  const door = { url: url.replace(/\/$/, ''), key: key ?? null, grpc: client }
  const counts = await runSuite(door, console.log)
  client?.close()
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1
}

async function main(root: string): Promise<void> {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const outpost = await openCommandPath()
  const note = async (name: string, work: Promise<string | null>): Promise<void> => {
    const outcome = await work.catch((error: Error) => error.message)
    if (outcome === 'skipped') counts.skipped += 1
    else if (outcome === null) counts.passed += 1
    else counts.failed += 1
    if (outcome !== null) console.log(`${outcome === 'skipped' ? 'skipped' : 'FAILED'} ${name}: ${outcome}`)
  }
  try {
    const folders = await modelFolders(root)
    const takeAll = async (): Promise<void> => {
      for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
        const name = basename(folder)
        await note(name, checkModel(outpost, folder, expectedRefusals[name]))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, takeAll))
    await note('ultraface-rfb-320', checkDetector(outpost, join(root, '..', 'models')))
  } finally {
    await outpost.close()
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1
}

const usage = `Usage: npm run conformance -- DIR
       npm run conformance -- --url URL [--grpc HOST:PORT] [--key KEY]
       npm run conformance -- --fixtures DIR`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    grpc: { type: 'string' },
    key: { type: 'string' },
    fixtures: { type: 'string' },
  },
})
const [directory] = positionals
if (values.url !== undefined) await askServer({ ...values, url: values.url })
else if (values.fixtures !== undefined) await writeFixtures(values.fixtures)
else if (directory !== undefined) await main(directory)
else {
  console.error(usage)
  process.exitCode = 2
}
