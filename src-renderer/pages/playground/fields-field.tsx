/**
 * A row of numbers: one input a field with its unit and bounds. Past a hundred fields a form helps nobody, so the
 * row is pasted as text instead.
 */
import { NumberInput } from '@mantine/core'
import type { z } from 'zod'
import type { fieldsInput } from '../../../src-main/contract/package.ts'
import { CodeInput } from '../../components/code-input.tsx'
import { helpBeside } from './help-text.ts'
import css from './playground.module.css'
import { fieldKey, type InputProblems } from './values.ts'

type FieldsInput = z.infer<typeof fieldsInput>
type Props = {
  input: FieldsInput
  numbers: (number | string)[]
  problems: InputProblems
  onChange: (numbers: (number | string)[]) => void
}
const formFieldsMax = 100

export function FieldsField({ input, numbers, problems, onChange }: Props) {
  if (input.fields.length > formFieldsMax)
    return <PastedRow input={input} numbers={numbers} onChange={onChange} problems={problems} />
  return (
    <fieldset>
      <legend className={css.fieldTitle}>{input.title ?? input.tensor}</legend>
      <div className={css.fieldGrid}>
        {input.fields.map((field, index) => (
          <NumberInput
            key={field.name}
            label={
              <>
                {field.title ?? field.name}{' '}
                {field.unit !== undefined && <span className={css.unit}>{field.unit}</span>}
              </>
            }
            description={helpBeside(field.title ?? field.name, field.description)}
            value={numbers[index] ?? ''}
            step={field.step ?? 1}
            placeholder={range(field.min, field.max)}
            error={problems[fieldKey(input.tensor, index)] ?? outside(numbers[index], field.min, field.max)}
            onChange={(value) => onChange(numbers.with(index, value))}
          />
        ))}
      </div>
    </fieldset>
  )
}

function PastedRow({ input, numbers, problems, onChange }: Props) {
  const first = input.fields.findIndex((_, index) => problems[fieldKey(input.tensor, index)] !== undefined)
  const given = numbers.filter((number) => number !== '').length
  return (
    <CodeInput
      label={input.title ?? input.tensor}
      description={`${given} of ${input.fields.length} numbers, divided by commas or spaces`}
      minRows={6}
      maxRows={16}
      value={numbers.join(', ')}
      error={
        first < 0 ? null : `Number ${first + 1} (${input.fields[first]?.name}) is missing or not a number.`
      }
      onChange={(event) => {
        const parts = event.currentTarget.value.split(/[\s,;]+/)
        onChange(input.fields.map((_, index) => parts[index] ?? ''))
      }}
    />
  )
}

const range = (min: number | undefined, max: number | undefined) =>
  min === undefined && max === undefined ? '' : `${min ?? '…'} to ${max ?? '…'}`

/** Bounds describe the training data; a value outside is sent all the same, so this is a remark and no refusal. */
function outside(number: number | string | undefined, min: number | undefined, max: number | undefined) {
  if (typeof number !== 'number') return null
  if (min !== undefined && number < min) return `Below ${min}, the least the model was made for`
  if (max !== undefined && number > max) return `Above ${max}, the most the model was made for`
  return null
}
