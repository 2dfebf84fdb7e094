/** Filters of the log. What one can choose comes from what is deployed and installed; other names can be typed. */
import { Autocomplete, Button, SegmentedControl, Select } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { orpc } from '../../client.ts'
import { clearOnEscape } from '../../components/clear-on-escape.ts'
import { inScreenWords } from '../../components/license/license-words.ts'
import { type RequestsSearch, requestsSearch } from '../../search.ts'
import style from './requests.module.css'

interface RequestFiltersProps {
  search: RequestsSearch
  onChange: (search: RequestsSearch) => void
}

type TextFilter = 'endpoint' | 'model' | 'version'

export function RequestFilters({ search, onChange }: RequestFiltersProps) {
  const deployments = useQuery(orpc.deployments.list.queryOptions()).data ?? []
  const names = (of: (typeof deployments)[number][]) => ({
    endpoint: of.map(({ endpoint }) => endpoint),
    model: of.map(({ model }) => model),
    version: of.filter(({ model }) => !search.model || model === search.model).map(({ version }) => version),
  })
  const known = names(deployments)
  const set = (change: RequestsSearch) => onChange({ ...search, ...change, id: undefined })
  return (
    <>
      {(['endpoint', 'model', 'version'] as const).map((filter, at) => (
        <NameFilter
          key={filter}
          filter={filter}
          first={at === 0}
          known={[...new Set(known[filter])]}
          value={search[filter] ?? ''}
          onChange={(value) => set({ [filter]: value || undefined })}
        />
      ))}
      <Select
        aria-label="Time"
        placeholder="Any time"
        className={style.filter}
        clearable
        data={[
          { value: '15', label: 'Last 15 minutes' },
          { value: '60', label: 'Last hour' },
          { value: '1440', label: 'Last day' },
          { value: '10080', label: 'Last week' },
        ]}
        value={search.last ?? null}
        onChange={(value) => set({ last: requestsSearch.shape.last.parse(value ?? undefined) })}
      />
      <SegmentedControl
        aria-label="Outcome"
        size="xs"
        data={[
          { value: 'all', label: 'All' },
          { value: 'answered', label: 'Answered' },
          { value: 'failed', label: 'Failed' },
        ]}
        value={search.outcome ?? 'all'}
        onChange={(value) => set({ outcome: requestsSearch.shape.outcome.parse(value) })}
      />
      {(search.license || search.period) && (
        <Button
          size="xs"
          rightSection={<IconX size={14} aria-hidden />}
          title={search.license}
          aria-label="Show calls of any license and month"
          onClick={() => set({ license: undefined, period: undefined })}
        >
          Of {search.license ? 'one license' : 'any license'}
          {search.period && `, ${inScreenWords(search.period)}`}
        </Button>
      )}
    </>
  )
}

const words: Record<TextFilter, string> = {
  endpoint: 'Any endpoint',
  model: 'Any model',
  version: 'Any version',
}

function NameFilter({
  filter,
  first,
  known,
  value,
  onChange,
}: {
  filter: TextFilter
  first: boolean
  known: string[]
  value: string
  onChange: (value: string) => void
}) {
  const [text, setText] = useState(value)
  const later = useDebouncedCallback(onChange, 250)
  useEffect(() => setText(value), [value])
  return (
    <Autocomplete
      aria-label={filter.charAt(0).toUpperCase() + filter.slice(1)}
      placeholder={words[filter]}
      className={filter === 'version' ? style.narrow : style.filter}
      data={known}
      limit={50}
      value={text}
      clearable
      {...(first ? { 'data-page-filter': true } : {})}
      onKeyDown={clearOnEscape(text, () => {
        later.cancel()
        setText('')
        onChange('')
      })}
      onChange={(next) => {
        setText(next)
        later(next.trim())
      }}
    />
  )
}
