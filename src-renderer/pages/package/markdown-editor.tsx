/** Markdown written and previewed in the same place; the preview is what a consumer will see. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { CodeInput } from '../../components/code-input.tsx'
import { Markdown } from '../../components/markdown.tsx'
import css from './markdown-editor.module.css'
import page from './package.module.css'

type Props = {
  id?: string
  label: string
  error?: string | null
  value: string
  onChange: (text: string) => void
}

export function MarkdownEditor({ id, label, error = null, value, onChange }: Props) {
  const [mode, setMode] = useState('write')
  return (
    <div className={css.editor}>
      <div className={css.head}>
        <span>{label}</span>
        <SegmentedControl
          aria-label={`${label}: write or preview`}
          value={mode}
          data={[
            { value: 'write', label: 'Write' },
            { value: 'preview', label: 'Preview' },
          ]}
          onChange={setMode}
        />
      </div>
      {mode === 'write' ? (
        <CodeInput
          {...(id !== undefined && { id })}
          aria-label={label}
          spellCheck
          minRows={10}
          maxRows={26}
          value={value}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <div className={css.preview}>
          {value.trim() === '' ? (
            <p className={page.muted}>There is nothing to show yet.</p>
          ) : (
            <Markdown text={value} />
          )}
        </div>
      )}
    </div>
  )
}
