/**
 * Runs every model of a folder through the whole way of a package on a real node and compares each answer with the
 * one that any runtime must give. `npm run conformance -- DIR`; expected-refusals.json names the models that the
 * runtime here cannot run, each with the check that has to say so. Ends with `N passed, N failed, N skipped`.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { descriptorOf } from './descriptor.ts'
import { checkDetector } from './detector.ts'
import { type NodePath, openNodePath } from './node-path.ts'
import { differenceOf, readTensorFile } from './tensor-file.ts'

const tolerance = 1e-3
const refusals = z.record(z.string(), z.object({ check: z.string(), unlessLocale: z.string().optional() }))
const expectedRefusals = refusals.parse(
  JSON.parse(await readFile(join(import.meta.dirname, 'expected-refusals.json'), 'utf8')),
)

/** Null where it is right. */
type Outcome = string | null

async function modelFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name === 'model.onnx')
    .map((entry) => entry.parentPath)
    .sort()
}

async function check(node: NodePath, folder: string): Promise<Outcome> {
  const name = basename(folder)
  const model = `${node.publisher}.${name.toLowerCase().replaceAll('_', '-').slice(0, 64)}`
  const source = join(node.directory, 'source')
  await rm(source, { recursive: true, force: true })
  await mkdir(source)
  await cp(join(folder, 'model.onnx'), join(source, 'model.onnx'))
  await writeFile(join(source, 'card.md'), `# ${name}\n`)
  await writeFile(join(source, 'outpost.json'), JSON.stringify(descriptorOf(model)))

  const job = await node.install(source)
  const expected = expectedRefusals[name]
  if (job.state !== 'done') return judgeRefusal(job.failure, expected?.check)
  if (expected && expected.unlessLocale === undefined)
    return `is accepted, but ${expected.check} should refuse it`
  return runCases(node, model, folder)
}

function judgeRefusal(
  failure: { message: string; details?: Record<string, unknown> | undefined } | null,
  expected?: string,
): Outcome {
  const said = `${failure?.message} ${JSON.stringify(failure?.details)}`
  if (expected === undefined) return `is refused: ${said.slice(0, 300)}`
  return failure?.details?.check === expected
    ? null
    : `should be refused by ${expected}: ${said.slice(0, 300)}`
}

async function runCases(node: NodePath, model: string, folder: string): Promise<Outcome> {
  await node.deploy(model)
  try {
    const { inputs } = await node.tensorsOf(model)
    for (const set of (await readdir(folder)).filter((name) => name.startsWith('test_data_set_'))) {
      const file = (name: string) => readTensorFile(join(folder, set, name))
      const given = inputs.map((spec, at) => ({ ...file(`input_${at}.pb`), name: spec.name }))
      const outputs = await node.infer(model, given)
      for (const [at, output] of outputs.entries()) {
        const difference = differenceOf(output, file(`output_${at}.pb`), tolerance)
        if (difference !== null) return `${set}: output "${output.name}" ${difference}`
      }
    }
    return null
  } finally {
    await node.remove(model)
  }
}

async function main(root: string): Promise<void> {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const node = await openNodePath()
  const note = (name: string, outcome: Outcome) => {
    if (outcome === null) counts.passed += 1
    else counts.failed += 1
    if (outcome !== null) console.log(`FAILED ${name}: ${outcome}`)
  }
  const attempt = (name: string, work: Promise<Outcome>) =>
    work.then(
      (outcome) => note(name, outcome),
      (error: Error) => note(name, error.message),
    )
  try {
    for (const folder of await modelFolders(root)) await attempt(basename(folder), check(node, folder))
    const detector = await checkDetector(node, join(root, '..', 'models'))
    if (detector === 'skipped') counts.skipped += 1
    else await attempt('detector', Promise.resolve(detector))
  } finally {
    await node.close()
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1
}

const [directory] = process.argv.slice(2)
if (directory === undefined) {
  console.error('Say which folder: npm run conformance -- DIR')
  process.exitCode = 2
} else await main(directory)
