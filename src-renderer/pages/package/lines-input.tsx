/** A list written as text, one entry a line. Empty lines are kept while typing and left out of the list. */
import { Textarea } from '@mantine/core'
import { useState } from 'react'

type Props = {
  id?: string
  label: string
  description?: string
  error?: string | null
  value: readonly string[]
  onChange: (lines: string[]) => void
}

export function LinesInput({ value, onChange, ...input }: Props) {
  const [typed, setTyped] = useState(value.join('\n'))
  return (
    <Textarea
      {...input}
      autosize
      minRows={2}
      maxRows={10}
      value={typed}
      onChange={(event) => {
        const text = event.currentTarget.value
        setTyped(text)
        onChange(
          text
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        )
      }}
    />
  )
}
