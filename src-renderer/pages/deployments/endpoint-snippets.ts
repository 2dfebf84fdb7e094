/**
 * A request to an endpoint, by the Open Inference Protocol v2 (KServe, Triton) and by /v1 with named inputs. Values
 * are zeros in the right shape: enough to see an answer, to be replaced by real ones.
 */
import type { InputSchema } from '../../../src-main/contract/package.ts'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'

const elementsMax = 16

export function openInferenceCurl(row: DeploymentRow, tensors: TensorSpec[]): string {
  const inputs = tensors.map((tensor) => {
    const shape = tensor.shape.map((size) => (size < 0 ? 1 : size))
    return { name: tensor.name, datatype: tensor.datatype, shape, data: zeros(tensor, shape) }
  })
  return curl(`${row.url}/infer`, JSON.stringify({ inputs }))
}

export function namedCurl(row: DeploymentRow, schemas: InputSchema[], tensors: TensorSpec[]): string {
  const servingUrl = row.url.replace(/\/v2\/models\/.*$/, '')
  const inputs = Object.fromEntries(schemas.map((schema) => [schema.tensor, sample(schema, tensors)]))
  // A version that is named is asked past the shares; without one the endpoint of the model's name decides.
  const path = row.endpoint === row.model ? `${row.model}/inference` : `${row.model}@${row.version}/predict`
  return curl(`${servingUrl}/v1/models/${path}`, JSON.stringify({ inputs }))
}

function sample(schema: InputSchema, tensors: TensorSpec[]): unknown {
  if (schema.kind === 'image') return { base64: '…' }
  if (schema.kind === 'text') return schema.placeholder ?? 'text'
  if (schema.kind === 'fields') {
    const shown = schema.fields
      .slice(0, elementsMax)
      .map((field) => [field.name, field.default ?? field.min ?? 0])
    return Object.fromEntries(shown)
  }
  const spec = tensors.find(({ name }) => name === schema.tensor)
  if (spec === undefined) return []
  const shape = spec.shape.map((size) => (size < 0 ? 1 : size))
  return { name: spec.name, datatype: spec.datatype, shape, data: zeros(spec, shape) }
}

/** A large tensor is cut with an ellipsis: nobody reads 150 000 zeros. */
function zeros(tensor: TensorSpec, shape: number[]): unknown[] {
  const count = shape.reduce((product, size) => product * size, 1)
  const one = tensor.datatype === 'BYTES' ? 'text' : tensor.datatype === 'BOOL' ? false : 0
  const shown = Array.from({ length: Math.min(count, elementsMax) }, () => one)
  return count > elementsMax ? [...shown, `… ${count} numbers`] : shown
}

const curl = (url: string, body: string) =>
  [
    `curl -sS '${url}' \\`,
    '  -H "Authorization: Bearer $OUTPOST_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${body.replaceAll("'", `'\\''`)}'`,
  ].join('\n')
