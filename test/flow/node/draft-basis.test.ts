/** A draft that begins from a version: what it takes over, and what is the new one’s to say. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addToDraft, beginDraft, builtDraft, draftModel } from '../../support/drafts.ts'
import { refusalOf } from '../../support/handed-over.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  await outpost.client.publishers.rename({ name: 'acme' })
})
afterAll(() => outpost[Symbol.asyncDispose]())

const begin = (descriptor?: Record<string, unknown>) => beginDraft(outpost, descriptor)
const add = (id: string, files: Record<string, string | Uint8Array>, kind?: 'document') =>
  addToDraft(outpost, id, files, kind)
const built = (id: string) => builtDraft(outpost, id)

const lineage = [{ model: 'other.base', version: '2.0.0', relation: 'fine-tuned' }]
const card = '# Card\n\n## Intended use\n\nTrials.\n'

test('a draft that begins from a version takes over its words, labels and lineage, and what is the new one’s to say is empty', async () => {
  const { drafts } = outpost.client
  const { id } = await begin({
    id: 'acme.parent',
    lineage,
    outputs: [{ kind: 'classes', tensor: 'scores' }],
    change: { type: 'minor', releaseNotes: 'First.', improvements: ['All.'], apiVersion: 'v1' },
    training: { dataSource: 'Trials', hyperparameters: { epochs: 3 } },
    evaluation: { overall: { accuracy: 0.5 } },
  })
  const texts = { card, license: 'Ours.', migrationGuide: 'None.', labels: 'cat\ndog\nowl\n' }
  await drafts.update({ id, texts })
  expect((await built(id)).failure).toBeNull()

  const draft = await drafts.create({ handles: [], basedOn: 'acme.parent' })
  expect(draft).toMatchObject({
    texts: { card, license: 'Ours.', migrationGuide: '', labels: 'cat\ndog\nowl' },
    origins: { labels: { from: 'version', version: '1.0.0' } },
    descriptor: {
      ...{ id: 'acme.parent', version: '1.1.0', title: 'Linear', lineage },
      change: { type: 'minor', releaseNotes: '' },
      training: { hyperparameters: { epochs: 3 } },
    },
  })
  expect(draft.descriptor).not.toHaveProperty('evaluation')
  expect(draft.descriptor).not.toHaveProperty('training.dataSource')
  // It says nothing of the new weights until a person has looked.
  const told = draft.problemList.find(({ field }) => field === 'lineage')
  expect(told).toMatchObject({ level: 'hint', step: 'card' })
  expect(told?.message).toContain('fine-tuned from other.base 2.0.0')
  const other = await drafts.update({ id: draft.id, descriptor: { lineage: null } })
  expect(other.problemList.filter(({ field }) => field === 'lineage')).toEqual([])
  // A file or a hand that brings labels is told from what was taken over.
  const brought = await add(draft.id, { 'labels.txt': 'cat\ndog\nowl' })
  expect(brought.origins.labels).toEqual({ from: 'file', path: 'labels.txt' })
  const typed = await drafts.update({ id: draft.id, texts: { license: 'Ours still.' } })
  expect(typed.origins).toMatchObject({ card: { from: 'version', version: '1.0.0' } })
  expect(typed.origins).not.toHaveProperty('license')

  await add(draft.id, { 'model.onnx': draftModel })
  await drafts.update({ id: draft.id, descriptor: { change: { type: 'minor', releaseNotes: 'More.' } } })
  expect((await built(draft.id)).failure).toBeNull()
  const detail = await outpost.client.models.version({ model: 'acme.parent', version: '1.1.0' })
  expect(detail.descriptor.lineage).toBeUndefined()
  expect(detail.labels).toEqual({ scores: ['cat', 'dog', 'owl'] })
})

test('a draft may begin from any version of a model, under the next number of all', async () => {
  const { drafts } = outpost.client
  expect((await drafts.bases({ search: 'parent' })).rows).toEqual([{ id: 'acme.parent', title: 'Linear' }])
  expect(await drafts.create({ handles: [], basedOn: 'acme.parent@1.0.0' })).toMatchObject({
    descriptor: { version: '1.2.0', lineage },
  })
  expect(await refusalOf(drafts.create({ handles: [], basedOn: 'acme.parent@9.0.0' }))).toBe(
    'VERSION_NOT_FOUND',
  )
  expect(await refusalOf(drafts.create({ handles: [], basedOn: 'acme.nothing' }))).toBe('MODEL_NOT_FOUND')
})
