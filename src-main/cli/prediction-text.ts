/** What a model answered, in words: classes with their scores, vectors and tensors by their first elements. */
import type { Prediction } from '../contract/api/serving.ts'
import { jsonTensor } from '../contract/tensor.ts'

export function predictionText(answer: Prediction): string {
  const several = answer.outputs.length > 1
  const items = answer.outputs.map((output, index) => {
    const lines = Object.entries(output).map(([name, value]) => `${name}: ${valueText(value)}`)
    return several ? `[${index}] ${lines.join('\n    ')}` : lines.join('\n')
  })
  const { totalMs, computeMs } = answer.timing
  const time = `${totalMs.toFixed(1)} ms, ${computeMs.toFixed(1)} ms of them in the model on ${answer.executionProvider}`
  return [...items, `${answer.model}@${answer.version} (${answer.rule}), ${time}`].join('\n')
}

interface Classes {
  top: { label: string; score: number }[]
}

const isClasses = (value: unknown): value is Classes =>
  typeof value === 'object' && value !== null && 'top' in value && Array.isArray(value.top)

const classesText = ({ top }: Classes): string =>
  top.map(({ label, score }) => `${label} ${(score * 100).toFixed(1)} %`).join(', ')

function valueText(value: unknown): string {
  if (isClasses(value)) return classesText(value)
  if (typeof value === 'object' && value !== null && 'rows' in value && Array.isArray(value.rows))
    return value.rows.map((row: unknown) => valueText(row)).join(' | ')
  if (typeof value === 'object' && value !== null && 'embedding' in value && Array.isArray(value.embedding))
    return tensorText({ datatype: 'vector', shape: [value.embedding.length], data: value.embedding })
  const tensor = jsonTensor.safeParse(value)
  return tensor.success ? tensorText(tensor.data) : JSON.stringify(value)
}

/** A screen full of numbers helps nobody; --json has all of them. */
const shownElementsMax = 10

function tensorText({
  datatype,
  shape,
  data,
}: {
  datatype: string
  shape: number[]
  data: unknown[]
}): string {
  const shown = data.slice(0, shownElementsMax).map((element) => JSON.stringify(element))
  const rest = data.length > shown.length ? ` … ${data.length - shown.length} more (--json has all)` : ''
  return `${datatype}[${shape.join(',')}] ${shown.join(' ')}${rest}`
}
