/**
 * The identity of the version: whose model, how much changes, and the number that follows from it. A major change
 * asks for a migration guide, since it breaks those who use the version before.
 */
import { Radio, Switch, Textarea, TextInput } from '@mantine/core'
import type { ChangeType } from '../../../src-main/contract/package.ts'
import { Card } from '../../components/page.tsx'
import { withoutEmpty } from './descriptor.ts'
import { LinesInput } from './lines-input.tsx'
import { MarkdownEditor } from './markdown-editor.tsx'
import page from './package.module.css'
import type { StepProps } from './step-props.ts'
import { titleAfterId } from './title-after-id.ts'
import css from './version-step.module.css'

const changes: readonly { type: ChangeType; title: string; text: string }[] = [
  { type: 'patch', title: 'Patch', text: 'A correction: the same model, inputs and outputs.' },
  {
    type: 'minor',
    title: 'Minor',
    text: 'Better or more, and whoever uses the version before need not change.',
  },
  { type: 'major', title: 'Major', text: 'Something breaks: inputs, outputs, labels or meaning.' },
]

export function VersionStep({ draft, fields, edit, editText, field }: StepProps) {
  const { predecessor, texts } = draft
  const change = fields.change
  const editChange = (next: Partial<typeof change>) => edit({ change: withoutEmpty({ ...change, ...next }) })
  const choose = (type: ChangeType) =>
    edit({
      change: withoutEmpty({ ...change, type, backwardCompatible: type !== 'major' }),
      ...(predecessor && { version: numberAfter(predecessor.version, type) }),
    })
  const editId = (id: string) => {
    const title = titleAfterId(draft, id)
    edit({ id, ...(title !== null && { title }) })
  }
  return (
    <>
      <Card title="Identity">
        <div className={page.pair}>
          <TextInput
            {...field('id')}
            label="Model id"
            description="publisher.name in lower case; the publisher is this node's own"
            value={fields.id}
            onChange={(event) => editId(event.currentTarget.value)}
          />
          <TextInput
            {...field('version')}
            label="Version"
            description={
              predecessor
                ? `After ${predecessor.version}: ${draft.suggestedVersion} is expected`
                : 'The first version of this model'
            }
            placeholder={draft.suggestedVersion}
            value={fields.version}
            onChange={(event) => edit({ version: event.currentTarget.value })}
          />
          <TextInput
            {...field('dataVersion')}
            label="Data version"
            description="Of the training data; it follows the number, as in 1.2.0+data.7"
            placeholder="data.1"
            value={fields.dataVersion}
            onChange={(event) => edit({ dataVersion: event.currentTarget.value || null })}
          />
          <TextInput
            {...field('change.apiVersion')}
            label="API version"
            description="Another one is a major change"
            value={change.apiVersion}
            onChange={(event) => editChange({ apiVersion: event.currentTarget.value })}
          />
        </div>
      </Card>
      <Card title={predecessor ? 'Change' : 'First version'}>
        {predecessor ? (
          <Radio.Group
            aria-label="Kind of change"
            value={change.type}
            onChange={(value) => {
              const chosen = changes.find(({ type }) => type === value)
              if (chosen) choose(chosen.type)
            }}
          >
            <div className={css.changes}>
              {changes.map(({ type, title, text }) => (
                <Radio.Card key={type} value={type} className={css.change ?? ''}>
                  <Radio.Indicator />
                  <span>
                    <b>{title}</b> {predecessor && <code>{numberAfter(predecessor.version, type)}</code>}
                    <span className={css.changeText}>{text}</span>
                  </span>
                </Radio.Card>
              ))}
            </div>
          </Radio.Group>
        ) : (
          <p className={page.muted}>
            There is no version before it that it could change. From the next one on, the kind of change gives
            the number.
          </p>
        )}
        <Textarea
          {...field('change.releaseNotes')}
          label="Release notes"
          description="What is new, for those who decide whether to install it"
          autosize
          minRows={3}
          maxRows={12}
          value={change.releaseNotes}
          onChange={(event) => editChange({ releaseNotes: event.currentTarget.value })}
        />
        <div className={page.pair}>
          <LinesInput
            {...field('change.improvements')}
            label="Improvements"
            description="One a line"
            value={change.improvements}
            onChange={(improvements) => editChange({ improvements })}
          />
          <LinesInput
            {...field('change.breakingChanges')}
            label="Breaking changes"
            description="One a line; any of them makes it a major version"
            value={change.breakingChanges}
            onChange={(breakingChanges) => editChange({ breakingChanges })}
          />
        </div>
        <Switch
          label="Backward compatible: programs that use the version before go on working"
          checked={change.backwardCompatible}
          onChange={(event) => editChange({ backwardCompatible: event.currentTarget.checked })}
        />
      </Card>
      {(change.type === 'major' || texts.migrationGuide !== '') && (
        <Card
          title="Migration guide"
          note={predecessor ? 'needed for a major version' : 'needed from the second major version on'}
        >
          <MarkdownEditor
            {...field('change.migrationGuide')}
            label="How to move from the version before"
            value={texts.migrationGuide}
            onChange={(migrationGuide) => editText({ migrationGuide })}
          />
        </Card>
      )}
    </>
  )
}

/** The number that a change of this kind gives; the node computes it again and refuses another one. */
function numberAfter(version: string, type: ChangeType): string {
  const [major = 0, minor = 0, patch = 0] = (version.split(/[-+]/)[0] ?? '').split('.').map(Number)
  if (type === 'major') return `${major + 1}.0.0`
  return type === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}
