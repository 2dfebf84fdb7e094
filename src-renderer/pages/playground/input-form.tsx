/** The form of a model's inputs, one field a described tensor, and the same item as JSON. */
import { Textarea } from '@mantine/core'
import type { InputSchema } from '../../../src-main/contract/package.ts'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { FieldsField } from './fields-field.tsx'
import { ImageField } from './image-field.tsx'
import css from './playground.module.css'
import { type InputProblems, type InputValue, type InputValues, valueFor } from './values.ts'

type Props = {
  schemas: InputSchema[]
  tensors: TensorSpec[]
  values: InputValues
  problems: InputProblems
  onChange: (tensor: string, value: InputValue) => void
}

export function InputForm({ schemas, tensors, values, problems, onChange }: Props) {
  if (schemas.length === 0) return <p className={css.waiting}>This model takes no inputs. Run it as it is.</p>
  return schemas.map((schema) => {
    const value = valueFor(schema, values)
    const problem = problems[schema.tensor] ?? null
    const change = (next: InputValue) => onChange(schema.tensor, next)
    if (schema.kind === 'image' && value.kind === 'image')
      return (
        <ImageField
          key={schema.tensor}
          input={schema}
          picture={value.picture}
          problem={problem}
          onChange={(picture) => change({ kind: 'image', picture })}
        />
      )
    if (schema.kind === 'fields' && value.kind === 'fields')
      return (
        <FieldsField
          key={schema.tensor}
          input={schema}
          numbers={value.numbers}
          problems={problems}
          onChange={(numbers) => change({ kind: 'fields', numbers })}
        />
      )
    if (schema.kind === 'text' && value.kind === 'text')
      return (
        <Textarea
          key={schema.tensor}
          label={schema.title ?? schema.tensor}
          description={schema.description}
          placeholder={schema.placeholder ?? ''}
          autosize
          minRows={4}
          maxRows={14}
          maxLength={schema.charsMax}
          value={value.text}
          error={problem}
          onChange={(event) => change({ kind: 'text', text: event.currentTarget.value })}
        />
      )
    if (value.kind !== 'tensor') return null
    const spec = tensors.find((tensor) => tensor.name === schema.tensor)
    return (
      <Textarea
        key={schema.tensor}
        label={schema.title ?? schema.tensor}
        description={spec === undefined ? 'A tensor as JSON' : describe(spec)}
        placeholder={spec === undefined ? '' : template(spec)}
        autosize
        minRows={5}
        maxRows={18}
        className={css.mono}
        value={value.json}
        error={problem}
        onChange={(event) => change({ kind: 'tensor', json: event.currentTarget.value })}
      />
    )
  })
}

const describe = (spec: TensorSpec) =>
  `${spec.datatype}, shape ${spec.shape.map((size, axis) => (size < 0 ? (spec.dimensions?.[axis] ?? 'any') : size)).join(' × ') || 'scalar'}`

/** A tensor of zeros with every variable dimension at one, cut where it would not be read. */
function template(spec: TensorSpec): string {
  const shape = spec.shape.map((size) => (size < 0 ? 1 : size))
  const count = shape.reduce((product, size) => product * size, 1)
  const one = spec.datatype === 'BYTES' ? 'text' : spec.datatype === 'BOOL' ? false : 0
  const data = Array.from({ length: Math.min(count, 8) }, () => one)
  return JSON.stringify({ name: spec.name, datatype: spec.datatype, shape, data })
}
