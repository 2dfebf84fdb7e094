/**
 * Texts, or the ids of their tokens, to the tensors of a model that gives embeddings. With the ids go the inputs that
 * exporters of transformers name alike: a mask of ones, token types of zeros, positions.
 */
import { OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'
import type { TensorSpec } from '../contract/tensor.ts'
import { embeddingOf, maskOf } from './embedding-output.ts'
import type { PreparedItems, ProcessingPlan } from './plan.ts'
import { prepareInputs } from './prepare-inputs.ts'

type Item = string | readonly number[]

export interface PreparedEmbeddings extends PreparedItems {
  /** Ids as they were sent; of a text four bytes of UTF-8 count as one, since no package states its tokenizer. */
  tokens: number
}

/** INPUT_INVALID, whose detail `param` is the member of the request. */
export async function prepareEmbeddings(
  plan: ProcessingPlan,
  items: readonly Item[],
): Promise<PreparedEmbeddings> {
  const ids = items.filter((item) => typeof item !== 'string').length
  if (ids > 0 && ids < items.length)
    throw refused('input', '"input" mixes texts with ids of tokens; send one or the other.')
  const named = ids > 0 ? idsNamer(plan) : textNamer(plan)
  const runs: PreparedItems['runs'] = []
  // A run has as many rows as the batcher would join: a thousand texts at once would hold everybody else up.
  for (let from = 0; from < items.length; from += limits.mergedRowsMax) {
    const some = items.slice(from, from + limits.mergedRowsMax)
    runs.push(...(await prepareInputs(plan, some.map(named))).runs)
  }
  const bytesEach = 4
  const tokens = items.reduce(
    (sum, item) =>
      sum + (typeof item === 'string' ? Math.ceil(Buffer.byteLength(item) / bytesEach) : item.length),
    0,
  )
  return { runs, items: items.length, tokens }
}

const refused = (param: string, message: string): OutpostError =>
  new OutpostError('INPUT_INVALID', message, { details: { param } })

const isWhole = ({ datatype }: TensorSpec): boolean => datatype === 'INT64' || datatype === 'INT32'

const sized = (data: readonly unknown[], { shape }: TensorSpec): unknown => ({
  shape: shape.length < 2 ? [data.length] : [...new Array<number>(shape.length - 1).fill(1), data.length],
  data,
})

/** One text an item, for a model that reads text itself. */
function textNamer({ inputs, inputSpecs }: ProcessingPlan): (item: Item) => Record<string, unknown> {
  const [spec] = inputSpecs
  if (!spec || inputSpecs.length > 1 || spec.datatype !== 'BYTES') {
    const hint = inputSpecs.some(isWhole) ? 'send the ids of its tokens' : 'ask it by /predict'
    throw refused('input', `This model takes no texts: ${hint}.`)
  }
  const isText = inputs.some(({ tensor, kind }) => tensor === spec.name && kind === 'text')
  return (item) => ({ [spec.name]: isText ? item : sized([item], spec) })
}

/** What goes with `count` ids, by the name of the input; `mask` is the one that the package names. */
function companion(name: string, mask: string | null, count: number): number[] | null {
  if (name === mask || name === 'attention_mask') return new Array<number>(count).fill(1)
  if (name === 'token_type_ids') return new Array<number>(count).fill(0)
  if (name === 'position_ids') return Array.from({ length: count }, (_, at) => at)
  return null
}

function idsNamer(plan: ProcessingPlan): (item: Item) => Record<string, unknown> {
  const { inputSpecs } = plan
  const schema = embeddingOf(plan)
  const mask = schema && maskOf(schema, inputSpecs)
  const free = inputSpecs.filter(({ name }) => companion(name, mask, 0) === null)
  const [spec] = free
  if (!spec || free.length > 1 || !isWhole(spec)) {
    const hint =
      inputSpecs.length === 1 && spec?.datatype === 'BYTES'
        ? 'send the texts themselves'
        : 'ask it by /predict'
    throw refused('input', `This model takes no ids of tokens: ${hint}.`)
  }
  const wanted = spec.shape.at(-1) ?? -1
  return (item) => {
    const ids = item as readonly number[]
    if (
      wanted !== -1 &&
      (ids.length > wanted || (ids.length < wanted && !inputSpecs.some(({ name }) => name === mask)))
    )
      throw refused('input', `This model takes ${wanted} ids of tokens an item, got ${ids.length}.`)
    const length = wanted === -1 ? ids.length : wanted
    const filled = (values: readonly number[]) => [
      ...values,
      ...new Array<number>(length - values.length).fill(0),
    ]
    return Object.fromEntries(
      inputSpecs.map((one) => [one.name, sized(filled(companion(one.name, mask, ids.length) ?? ids), one)]),
    )
  }
}
