/** Picks a model of the registry by name; the node searches, so the list may be longer than a menu. */
import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { orpc } from '../client.ts'

interface ModelSelectProps {
  label?: string
  value: string | null
  onChange: (model: string) => void
  error?: string | null
  /** Takes the focus in a dialog that opens. */
  first?: boolean
  /** Offers only what a draft may begin from. */
  bases?: boolean
}

/** Milliseconds after the last key before the node is asked. */
const pauseMs = 150
const shownMax = 50

export function ModelSelect({
  label = 'Model',
  value,
  onChange,
  error = null,
  first,
  bases = false,
}: ModelSelectProps) {
  const [search, setSearch] = useState(value ?? '')
  const [settled] = useDebouncedValue(search, pauseMs)
  // The chosen model's own name stands in the box while nothing is searched for.
  const sought = settled !== '' && settled !== value ? { search: settled } : {}
  const models = useQuery({
    ...orpc.models.list.queryOptions({
      input: { limit: shownMax, ...sought, ...('search' in sought && { sort: 'relevance' as const }) },
      placeholderData: keepPreviousData,
    }),
    enabled: !bases,
  })
  const changeable = useQuery({
    ...orpc.drafts.bases.queryOptions({
      input: { limit: shownMax, ...sought },
      placeholderData: keepPreviousData,
    }),
    enabled: bases,
  })
  const found = bases ? changeable : models
  const ids = (found.data?.rows ?? []).map(({ id }) => id)
  return (
    <Select
      label={label}
      placeholder="Choose a model"
      searchable
      data={value === null || ids.includes(value) ? ids : [value, ...ids]}
      value={value}
      searchValue={search}
      onSearchChange={setSearch}
      // What the node found is what is shown: it also searches titles, summaries and tags.
      filter={({ options }) => options}
      nothingFoundMessage={
        found.error
          ? 'The models could not be loaded'
          : bases
            ? 'No model that may be changed'
            : 'No model of this name'
      }
      allowDeselect={false}
      error={error}
      // The list would cover the dialog that has just opened.
      openOnFocus={!first}
      data-autofocus={first || undefined}
      onChange={(next) => next !== null && onChange(next)}
    />
  )
}
