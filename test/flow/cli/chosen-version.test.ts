/** A model without a version on the command line: the only one that is there, else what stable names. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chosenVersion } from '../../../src-main/cli/chosen-version.ts'
import { beginDraft, builtDraft } from '../../support/drafts.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  await outpost.client.publishers.rename({ name: 'acme' })
})
afterAll(() => outpost[Symbol.asyncDispose]())

async function register(version: string): Promise<void> {
  const { id } = await beginDraft(outpost, { id: 'acme.linear', version })
  expect((await builtDraft(outpost, id)).failure).toBeNull()
}

test('it is the only one, also a prerelease, and stable of several; a named one is left as it is', async () => {
  const chosen = (reference: string) => chosenVersion(outpost.client, reference)
  await register('1.0.0-rc.1')
  expect(await chosen('acme.linear')).toMatchObject({
    version: '1.0.0-rc.1',
    why: expect.stringContaining('only one'),
  })
  await register('1.0.0')
  expect(await chosen('acme.linear')).toMatchObject({
    version: 'stable',
    why: expect.stringContaining('stable was taken'),
  })
  expect(await chosen('acme.linear@1.x')).toEqual({ model: 'acme.linear', version: '1.x', why: '' })
})
