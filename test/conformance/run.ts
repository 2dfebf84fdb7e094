/**
 * Runs every model of a folder through the command line on a node that runs, from its file to its answer.
 * `npm run conformance -- DIR`; expected-refusals.json names the models that the runtime here cannot run, each with
 * the check that has to say so. Ends with `N passed, N failed, N skipped`.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { checkModel } from './check-model.ts'
import { openCommandPath } from './command-path.ts'
import { checkDetector } from './detector.ts'

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

const [directory] = process.argv.slice(2)
if (directory === undefined) {
  console.error('Say which folder: npm run conformance -- DIR')
  process.exitCode = 2
} else await main(directory)
