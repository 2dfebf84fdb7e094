/**
 * What a consumer sends as `inputs` to the tensors of one or several runs. One item or an array of items: an item is
 * an object by input name, or the value itself where the model has one input. Items share a run where the model's
 * first dimension is open.
 */
import { OutpostError } from '../base/errors.ts'
import { concatenate, type Tensor } from '../base/tensors.ts'
import { limits } from '../contract/limits.ts'
import type { InputSchema } from '../contract/package.ts'
import type { TensorSpec } from '../contract/tensor.ts'
import { masksOf } from './embedding-output.ts'
import { imageTensor } from './image-input.ts'
import { fieldsTensor, rawTensor, textTensor } from './plain-inputs.ts'
import {
  checkTrailing,
  invalidInput,
  isObject,
  type PreparedItems,
  type ProcessingPlan,
  type ReadPackageFile,
} from './plan.ts'

/** INPUT_INVALID, which names the input and what was expected. */
export async function prepareInputs(
  plan: ProcessingPlan,
  value: unknown,
  readFile?: ReadPackageFile,
): Promise<PreparedItems> {
  const schemas = plan.inputSpecs.map((spec) => schemaOf(plan, spec))
  const items = itemsOf(value, schemas)
  if (items.length === 0)
    throw new OutpostError('INPUT_INVALID', '"inputs" is an empty array: there is nothing to run.')
  if (items.length > limits.batchItemsMax) {
    throw new OutpostError(
      'INPUT_INVALID',
      `${items.length} items were sent; one call takes at most ${limits.batchItemsMax}.`,
    )
  }
  const prepared: Tensor[][] = []
  for (const item of items) {
    const values = byName(item, plan.inputSpecs, schemas)
    prepared.push(
      await Promise.all(plan.inputSpecs.map((spec, at) => tensorOf(schemas[at], spec, values[at], readFile))),
    )
  }
  const runs = joinItems(plan.inputSpecs, prepared)
  return { runs: runs.map((run) => ({ ...run, masks: masksOf(plan, run.inputs) })), items: items.length }
}

const schemaOf = (plan: ProcessingPlan, spec: TensorSpec): InputSchema =>
  plan.inputs.find((schema) => schema.tensor === spec.name) ?? { kind: 'tensor', tensor: spec.name }

/** Whether an array is one item or several depends on what an item of this input looks like. */
function itemsOf(value: unknown, schemas: readonly InputSchema[]): unknown[] {
  if (value === undefined) throw new OutpostError('INPUT_INVALID', 'The body must be {"inputs": …}.')
  if (!Array.isArray(value)) return [value]
  const [only] = schemas
  if (schemas.length !== 1 || !only) return value
  const first: unknown = value[0]
  if (only.kind === 'fields' && value.length > 0 && !Array.isArray(first) && !isObject(first)) return [value]
  if (only.kind === 'tensor' && !isObject(first)) return [value]
  return value
}

function byName(item: unknown, specs: readonly TensorSpec[], schemas: readonly InputSchema[]): unknown[] {
  const [only] = specs
  if (only && specs.length === 1) {
    const named = isObject(item) && Object.hasOwn(item, only.name) && Object.keys(item).length === 1
    // A row of fields may have a single field called like the tensor.
    const isRow = schemas[0]?.kind === 'fields' && named && typeof item[only.name] === 'number'
    if (!named && isObject(item)) refuseUnknown(item, only.name, schemas[0])
    return named && !isRow ? [item[only.name]] : [item]
  }
  const list = specs.map((spec) => `"${spec.name}"`).join(', ')
  if (!isObject(item)) {
    throw new OutpostError('INPUT_INVALID', `Each item must be an object with the inputs ${list}.`)
  }
  const unknown = Object.keys(item).find((name) => !specs.some((spec) => spec.name === name))
  if (unknown !== undefined) throw unknownInput(unknown, list)
  return specs.map((spec) => {
    if (!Object.hasOwn(item, spec.name)) throw invalidInput(spec.name, 'it is missing.')
    return item[spec.name]
  })
}

const unknownInput = (name: string, known: string): OutpostError =>
  new OutpostError('INPUT_INVALID', `The model has no input "${name.slice(0, 200)}"; it takes ${known}.`, {
    details: { input: name.slice(0, 200) },
  })

/** An object that is no value of the only input names inputs, and one of them is not the model's. */
function refuseUnknown(item: Record<string, unknown>, name: string, schema: InputSchema | undefined): void {
  const keys = Object.keys(item)
  const isValue = keys.some((key) => ownKeys(schema).includes(key))
  const unknown = keys.find((key) => key !== name)
  if (isValue || unknown === undefined) return
  const isField = schema?.kind === 'fields' && typeof item[unknown] === 'number' // a field that is spelled wrongly
  if (!isField) throw unknownInput(unknown, `"${name}"`)
}

/** What the value itself may be an object of. */
function ownKeys(schema: InputSchema | undefined): string[] {
  switch (schema?.kind) {
    case 'fields':
      return schema.fields.map((field) => field.name)
    case 'image':
      return ['base64', 'file']
    case 'text':
      return []
    default:
      return ['shape', 'data', 'datatype']
  }
}

async function tensorOf(
  schema: InputSchema | undefined,
  spec: TensorSpec,
  value: unknown,
  readFile: ReadPackageFile | undefined,
): Promise<Tensor> {
  const tensor = await valueToTensor(schema, spec, value, readFile)
  checkTrailing(tensor, spec)
  return tensor
}

function valueToTensor(
  schema: InputSchema | undefined,
  spec: TensorSpec,
  value: unknown,
  readFile: ReadPackageFile | undefined,
): Tensor | Promise<Tensor> {
  switch (schema?.kind) {
    case 'image':
      return imageTensor(schema, spec, value, readFile)
    case 'fields':
      return fieldsTensor(schema, spec, value)
    case 'text':
      return textTensor(schema, spec, value)
    default:
      return rawTensor(spec, value)
  }
}

type JoinedItems = Omit<PreparedItems['runs'][number], 'masks'>

/** Items that the model takes together become one run; the others run one by one. */
function joinItems(specs: readonly TensorSpec[], items: readonly Tensor[][]): JoinedItems[] {
  const open = specs.length > 0 && specs.every((spec) => spec.shape[0] === -1)
  const fixedRows = specs[0]?.shape[0] ?? 1
  const together = open || (fixedRows > 1 && specs.every((spec) => spec.shape[0] === fixedRows))
  if (!together || items.length === 0) return items.map((inputs) => aloneRun(specs, inputs))
  const runs: JoinedItems[] = []
  for (const group of Map.groupBy(items, trailingShapes).values()) {
    const inputs = specs.map((_, at) => concatenate(group.map((item) => item[at] as Tensor)))
    runs.push({ inputs, rows: group.map((item) => item[0]?.shape[0] ?? 1) })
  }
  if (runs.length > 1) return items.map((inputs) => aloneRun(specs, inputs)) // keeps the order of the items
  for (const run of runs) checkRows(specs, run.inputs)
  return runs
}

const trailingShapes = (inputs: readonly Tensor[]): string =>
  JSON.stringify(inputs.map((input) => [input.shape.slice(1), input.shape[0] === inputs[0]?.shape[0]]))

function aloneRun(specs: readonly TensorSpec[], inputs: Tensor[]): JoinedItems {
  checkRows(specs, inputs)
  return { inputs, rows: [inputs[0]?.shape[0] ?? 1] }
}

function checkRows(specs: readonly TensorSpec[], inputs: readonly Tensor[]): void {
  for (const [at, spec] of specs.entries()) {
    const wanted = spec.shape[0] ?? -1
    const found = inputs[at]?.shape[0] ?? -1
    if (wanted === -1 || wanted === found) continue
    throw invalidInput(spec.name, `the model takes exactly ${wanted} rows in one call, got ${found}.`)
  }
}
