/** What changed in this version: notes, improvements, what breaks and how to move over. */

import { kindOfChange } from '../../../src-main/contract/kind-of-change.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { Chip } from '../../components/chip.tsx'
import { Disclosure } from '../../components/disclosure.tsx'
import { versionCore } from '../../components/format.ts'
import { Markdown } from '../../components/markdown.tsx'
import { changeWords } from '../../components/model-words.ts'
import { Card } from '../../components/page.tsx'
import style from './model.module.css'

export function ReleaseCard({ version }: { version: VersionDetail }) {
  const { change } = version.descriptor
  const [tone, word] = changeWords[kindOfChange(version)]
  return (
    <Card
      title={`What is new in ${versionCore(version.version)}`}
      chips={
        <>
          <Chip tone={tone}>{word}</Chip>
          {!change.backwardCompatible && <Chip tone="warn">Not backward compatible</Chip>}
        </>
      }
      {...(version.predecessor ? { note: `since ${versionCore(version.predecessor)}` } : {})}
    >
      <Markdown text={change.releaseNotes} lines={2} />
      <Lines title="Breaking changes" lines={change.breakingChanges} />
      <Lines title="Improvements" lines={change.improvements} />
      {version.migrationGuide && (
        <Disclosure title="Migration guide">
          <Markdown text={version.migrationGuide} />
        </Disclosure>
      )}
    </Card>
  )
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null
  return (
    <div>
      <h3 className={style.caption}>{title}</h3>
      <ul className={style.lines}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  )
}
