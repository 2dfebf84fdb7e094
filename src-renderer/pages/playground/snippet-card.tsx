/** The request as code for another program, in the language that was chosen last. */
import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { CodeBlock } from '../../components/code-block.tsx'
import { Card } from '../../components/page.tsx'
import { saveText } from '../../data/save-text.ts'
import css from './playground.module.css'
import { openAiSnippet, requestFile, snippets } from './snippets.ts'

type Props = {
  servingUrl: string | null
  model: string
  version: string | null
  inputs: unknown
  /** The text that a vector is made of; null where the model gives none of a text. */
  embedded: string | null
}
const openAi = { value: 'openai', label: 'OpenAI' }

export function SnippetCard({ servingUrl, embedded, ...request }: Props) {
  const [chosen, setChosen] = useState('curl')
  const called = { servingUrl: servingUrl ?? '$OUTPOST_URL', ...request }
  const written = Object.entries(snippets).map(([value, { label, write }]) => ({
    value,
    label,
    text: write(called),
  }))
  const all = embedded === null ? written : [...written, { ...openAi, text: openAiSnippet(called, embedded) }]
  const file = requestFile(request.inputs)
  const shown = all.find(({ value }) => value === chosen) ?? all[0]
  return (
    <Card
      title="Use it in code"
      actions={
        <SegmentedControl
          aria-label="Language"
          value={shown?.value ?? ''}
          data={all.map(({ value, label }) => ({ value, label }))}
          onChange={setChosen}
        />
      }
    >
      {file !== null && shown?.value !== openAi.value && (
        <p className={css.file}>
          <Button size="xs" onClick={() => saveText('request.json', file, 'application/json')}>
            Download request.json
          </Button>{' '}
          The code reads this request from it.
        </p>
      )}
      {shown && <CodeBlock text={shown.text} label={`Request in ${shown.label}`} rowsMax={14} />}
    </Card>
  )
}
