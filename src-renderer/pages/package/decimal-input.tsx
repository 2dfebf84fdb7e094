/** A field for a decimal number. It holds the text itself, so that "0." on the way to "0.97" is not taken for a 0. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { type Bounds, decimalFault, readDecimal } from './decimal.ts'
import { type PairValue, writtenOf } from './pair-values.ts'

type Props = Bounds & {
  id?: string
  label?: string
  'aria-label'?: string
  placeholder?: string
  value: unknown
  error?: string | null
  /** What is no number is handed on as it is written: the node refuses it. Null is an empty field. */
  onChange: (value: PairValue) => void
}

export function DecimalInput({ min, max, value, error, onChange, ...named }: Props) {
  const [typed, setTyped] = useState(() => writtenOf(value))
  // A value that came from elsewhere takes the place of what was typed.
  const written = writtenOf(readDecimal(typed)) === writtenOf(value) ? typed : writtenOf(value)
  return (
    <TextInput
      {...named}
      inputMode="decimal"
      value={written}
      error={
        decimalFault(written, { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }) ??
        error
      }
      onChange={(event) => {
        const text = event.currentTarget.value
        setTyped(text)
        onChange(readDecimal(text))
      }}
    />
  )
}
