/** Names the model that is asked for: one of those here, or one that is still to come. */
import { Autocomplete } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { modelId } from '../../../src-main/contract/names.ts'
import { orpc } from '../../client.ts'

/** Milliseconds after the last key before the node is asked. */
const pauseMs = 150
const shownMax = 50

export function ModelField({ value, onChange }: { value: string; onChange: (model: string) => void }) {
  const [settled] = useDebouncedValue(value, pauseMs)
  const [left, setLeft] = useState(false)
  const found = useQuery(
    orpc.models.list.queryOptions({
      input: { limit: shownMax, ...(settled !== '' && { search: settled, sort: 'relevance' as const }) },
      placeholderData: keepPreviousData,
    }),
  )
  const wrong = left && value !== '' && !modelId.safeParse(value.trim()).success
  return (
    <Autocomplete
      label="Model"
      description="As its publisher calls it; it need not be here yet"
      placeholder="publisher.name"
      data={(found.data?.rows ?? []).map(({ id }) => id)}
      // What the node found is what is shown: it also searches titles, summaries and tags.
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      onFocus={() => setLeft(false)}
      onBlur={() => setLeft(true)}
      error={wrong && 'A model is called publisher.name, in lower case letters, digits and dashes.'}
      // The list would cover the dialog that has just opened.
      openOnFocus={false}
      data-autofocus
    />
  )
}
