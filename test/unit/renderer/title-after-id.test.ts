/** The title of a draft follows its id until a person writes one. */
import { expect, test } from 'vitest'
import { titleAfterId } from '../../../src-renderer/pages/package/title-after-id.ts'

const files = [{ path: 'net/model.onnx', kind: 'weight' as const, bytes: 1, digest: null }]
const draft = (id: string, title: string) => ({ descriptor: { id, title }, files })

test.each([
  ['named after its file', 'acme.model', 'model', 'acme.risk', 'Risk'],
  ['followed while it is typed', 'acme.sec', 'Sec', 'acme.section-classifier', 'Section classifier'],
  ['with an id that says nothing yet', 'acme.risk', 'Risk', 'acme', 'model'],
  ['and goes on from there', 'acme', 'model', 'acme.loans', 'Loans'],
  ['not written at all', 'acme.model', '', 'acme.risk', 'Risk'],
  ['a person’s own', 'acme.model', 'Risk of loans', 'acme.risk', null],
])('a title %s', (_how, before, title, id, expected) => {
  expect(titleAfterId(draft(before, title), id)).toBe(expected)
})
