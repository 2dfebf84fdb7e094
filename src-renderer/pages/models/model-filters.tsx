/** Search and filters of the models. Typing waits a moment before it moves the address. */
import { CloseButton, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { memo, useEffect, useState } from 'react'
import { source, task } from '../../../src-main/contract/choices.ts'
import { clearOnEscape } from '../../components/clear-on-escape.ts'
import { sourceWords, taskWords } from '../../components/model-words.ts'
import type { ModelsSearch } from '../../search.ts'
import style from './models.module.css'

interface ModelFiltersProps {
  search: ModelsSearch
  onChange: (search: ModelsSearch) => void
}

export const ModelFilters = memo(function ModelFilters({ search, onChange }: ModelFiltersProps) {
  const [text, setText] = useState(search.search ?? '')
  const find = useDebouncedCallback(
    (typed: string) => onChange({ ...search, search: typed || undefined }),
    200,
  )
  // The address may change from outside: by "Clear the filters", or by going back.
  useEffect(() => setText(search.search ?? ''), [search.search])
  const clear = () => {
    find.cancel()
    setText('')
    onChange({ ...search, search: undefined })
  }
  return (
    <>
      <TextInput
        data-page-filter
        aria-label="Search models"
        placeholder="Search models"
        className={style.search}
        leftSection={<IconSearch size={15} />}
        rightSection={text && <CloseButton size="sm" aria-label="Clear the search" onClick={clear} />}
        value={text}
        onKeyDown={clearOnEscape(text, clear)}
        onChange={(event) => {
          setText(event.currentTarget.value)
          find(event.currentTarget.value.trim())
        }}
      />
      <Select
        aria-label="Task"
        placeholder="Any task"
        className={style.filter}
        clearable
        data={task.options.map((value) => ({ value, label: taskWords[value] }))}
        value={search.task ?? null}
        onChange={(value) => onChange({ ...search, task: value ?? undefined })}
      />
      <Select
        aria-label="Source"
        placeholder="Any source"
        className={style.narrow}
        clearable
        data={source.options.map((value) => ({ value, label: sourceWords[value] }))}
        value={search.source ?? null}
        onChange={(value) => onChange({ ...search, source: value ?? undefined })}
      />
      <Select
        aria-label="Deployed"
        placeholder="Any state"
        className={style.narrow}
        clearable
        data={[
          { value: 'true', label: 'Deployed' },
          { value: 'false', label: 'Not deployed' },
        ]}
        value={search.deployed ?? null}
        onChange={(value) => onChange({ ...search, deployed: value ?? undefined })}
      />
      {search.tag && (
        <span className={style.tag}>
          Tag {search.tag}
          <CloseButton
            size="sm"
            aria-label={`Any tag instead of ${search.tag}`}
            onClick={() => onChange({ ...search, tag: undefined })}
          />
        </span>
      )}
    </>
  )
})
