/**
 * The suite of the Open Inference Protocol on a node that runs, one test an item: its fixtures come the way any model
 * does, packed, imported and deployed.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandPath, openCommandPath } from '../conformance/command-path.ts'
import { type Ask, askAt } from '../conformance/protocol/door.ts'
import { cases, declared, fixtures } from '../conformance/protocol/fixtures.ts'
import { suite } from '../conformance/protocol/suite.ts'
import { writeSource } from '../conformance/source-folder.ts'

let outpost: CommandPath
let ask: Ask

beforeAll(async () => {
  outpost = await openCommandPath(['infer', 'write'])
  for (const [name, onnx] of fixtures) await deploy(name, onnx())
  await outpost.must('hosting', 'oip-slow', 'queueRequestsMax=4')
  ask = askAt({ ...outpost.door, grpc: outpost.grpc })
}, 120_000)
afterAll(() => outpost?.close())

async function deploy(name: string, onnx: Buffer): Promise<void> {
  const id = `${outpost.publisher}.${name}`
  const source = join(outpost.directory, name)
  await writeFile(`${source}.onnx`, onnx)
  await writeSource(source, `${source}.onnx`, id, declared[name])
  const lines = cases[name]?.map((one) => JSON.stringify(one)) ?? []
  if (lines.length > 0) await writeFile(join(source, 'suite.jsonl'), `${lines.join('\n')}\n`)
  await outpost.must('pack', source, '-o', `${source}.outpost`)
  await outpost.must('import', `${source}.outpost`)
  await outpost.must('deploy', `${id}@1.0.0`, '--endpoint', name)
}

test('the items are those of the checklist and of embeddings, each once', () => {
  expect(suite.map(({ number }) => number)).toEqual(Array.from({ length: 84 }, (_, at) => at + 1))
})

test.each(suite.map((item) => [item.number, item.title, item] as const))(
  'OIP %i: %s',
  async (_, __, { check }) => {
    await check(ask)
  },
)
