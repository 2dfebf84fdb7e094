/** The request as code for another program, in the language that was chosen last. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { CodeBlock } from '../../components/code-block.tsx'
import { Card } from '../../components/page.tsx'
import { type Language, snippets } from './snippets.ts'

type Props = { servingUrl: string | null; model: string; version: string | null; inputs: unknown }
const languages = Object.entries(snippets).map(([value, { label }]) => ({ value, label }))
const isLanguage = (value: string): value is Language => value in snippets

export function SnippetCard({ servingUrl, ...request }: Props) {
  const [language, setLanguage] = useState<Language>('curl')
  const text = snippets[language].write({ servingUrl: servingUrl ?? '$OUTPOST_URL', ...request })
  return (
    <Card
      title="Use it in code"
      actions={
        <SegmentedControl
          aria-label="Language"
          value={language}
          data={languages}
          onChange={(value) => isLanguage(value) && setLanguage(value)}
        />
      }
    >
      <CodeBlock text={text} label={`Request in ${snippets[language].label}`} rowsMax={14} />
    </Card>
  )
}
