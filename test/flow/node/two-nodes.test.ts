/** Packages between two nodes that nobody named: each signs as somebody else, so neither is taken for the other. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ownSigner } from '../../../src-main/flows/access/publishers.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { describeOnnx } from '../../../src-main/package/onnx/describe-onnx.ts'
import { addModel } from '../../support/onnx-writer.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import type { WholeNode } from '../../support/whole-node.ts'

const twoNodes = async (): Promise<[WholeNode, WholeNode]> => [
  await temporaryNode({ serving: null }),
  await temporaryNode({ serving: null }),
]

async function packOn(outpost: WholeNode): Promise<string> {
  const model = join(outpost.dataDirectory, 'adder.onnx')
  await writeFile(model, addModel())
  const signer = ownSigner(outpost.node.context)
  const output = join(outpost.dataDirectory, 'adder.outpost')
  await pack(await describeOnnx(model, { publisher: signer.publisher }), { output, signer })
  return output
}

async function importOn(outpost: WholeNode, path: string, trust?: string) {
  const { packageId, publisher } = await outpost.client.packages.inspect({
    handle: (await outpost.node.adopt(path)).handle,
  })
  const { jobId } = await outpost.client.packages.import({
    packageId,
    trust: trust ?? publisher.fingerprint ?? '',
  })
  return outpost.ended(jobId)
}

test('a package of one fresh node is imported on another once its key is trusted', async () => {
  const [first, second] = await twoNodes()
  const names = await Promise.all(
    [first, second].map(async ({ client }) => (await client.publishers.own()).name),
  )
  expect(names[0]).not.toBe(names[1])
  expect((await importOn(second, await packOn(first))).failure).toBeNull()
})

test('two nodes of one name are told apart, and the refusal says what to do', async () => {
  const [first, second] = await twoNodes()
  for (const { client } of [first, second]) await client.publishers.rename({ name: 'acme' })
  const { failure } = await importOn(second, await packOn(first))
  expect(failure?.code).toBe('PUBLISHER_MISMATCH')
  expect(failure?.hint).toContain('outpost publisher rename')
})
