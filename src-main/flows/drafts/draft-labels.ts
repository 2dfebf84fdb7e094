/** The labels of a draft: read from the forms that they come in, and given to the output that they count. */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { parseJsonAs } from '../../base/json.ts'
import type { StoredDraft } from '../../store/tables/drafts.ts'
import { asRecord } from './draft-source.ts'

/** A list, or the classes by their number as exporters write them; one label a line. DESCRIPTOR_INVALID. */
export function labelsOfJson(text: string, path: string): string {
  const known = z.union([z.array(z.string()), z.record(z.string().regex(/^[0-9]{1,6}$/), z.string())])
  const labels = parseJsonAs(known, text, 'DESCRIPTOR_INVALID', path)
  const lines = Array.isArray(labels) ? labels : inOrder(labels)
  if (lines.length === 0 || lines.includes(undefined)) {
    throw new OutpostError('DESCRIPTOR_INVALID', `${path} does not name each class from 0 on.`, {
      hint: 'Write a list of labels in the order of the classes.',
    })
  }
  return lines.map((label) => `${label?.replaceAll(/\s+/g, ' ')}\n`).join('')
}

const inOrder = (labels: Record<string, string>): (string | undefined)[] =>
  Object.keys(labels).map((_, at) => labels[at])

/** Where as many labels as one output alone has numbers are there, these are scores over classes. */
export function withClasses(draft: StoredDraft): StoredDraft {
  const count = draft.texts.labels.split('\n').filter((line) => line.trim() !== '').length
  const { outputs } = draft.descriptor
  const matching = (draft.graph?.outputs ?? []).filter(
    ({ shape, datatype }) => shape.length > 1 && shape.at(-1) === count && datatype.startsWith('FP'),
  )
  const [tensor] = matching
  if (count < 2 || !tensor || matching.length > 1 || !Array.isArray(outputs)) return draft
  return {
    ...draft,
    descriptor: {
      ...draft.descriptor,
      outputs: outputs.map((output: unknown) => {
        const fields = asRecord(output)
        return fields.tensor === tensor.name && fields.kind === 'tensor'
          ? { ...fields, kind: 'classes' }
          : output
      }),
    },
  }
}
