/** The form of a model's inputs, one field a described tensor, and the same item as JSON. */
import { Textarea } from '@mantine/core'
import type { InputSchema } from '../../../src-main/contract/package.ts'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { CodeInput } from '../../components/code-input.tsx'
import { FieldsField } from './fields-field.tsx'
import { helpBeside } from './help-text.ts'
import { ImageField } from './image-field.tsx'
import css from './playground.module.css'
import { tensorTemplate } from './tensor-template.ts'
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
          description={helpBeside(schema.title ?? schema.tensor, schema.description)}
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
      <CodeInput
        key={schema.tensor}
        label={schema.title ?? schema.tensor}
        description={spec === undefined ? 'A tensor as JSON' : `${describe(spec)}. ${forms}`}
        placeholder={spec === undefined ? '' : tensorTemplate(spec).text}
        minRows={5}
        maxRows={18}
        value={value.json}
        error={problem}
        onChange={(event) => change({ kind: 'tensor', json: event.currentTarget.value })}
      />
    )
  })
}

/** Of what the node takes for a tensor (processing/plain-inputs). */
const forms = 'JSON: an object of shape and data, nested arrays, or the numbers alone.'

const describe = (spec: TensorSpec) =>
  `${spec.datatype}, shape ${spec.shape.map((size, axis) => (size < 0 ? (spec.dimensions?.[axis] ?? 'any') : size)).join(' × ') || 'scalar'}`
