/** The model card: a few fields that lists and search show, the figures, and the text. */
import { Button, Progress, Select, Textarea, TextInput } from '@mantine/core'
import { cardLacks } from '../../../src-main/contract/card.ts'
import { task } from '../../../src-main/contract/choices.ts'
import { taskWords } from '../../components/model-words.ts'
import { Card } from '../../components/page.tsx'
import { cardParts, withMissingSections } from './card-completeness.ts'
import { withoutEmpty } from './descriptor.ts'
import { EvaluationEditor } from './evaluation-editor.tsx'
import { LineageEditor } from './lineage-editor.tsx'
import { LinesInput } from './lines-input.tsx'
import { MarkdownEditor } from './markdown-editor.tsx'
import css from './package.module.css'
import { ProvenanceEditor, TargetsEditor } from './provenance-editor.tsx'
import type { StepProps } from './step-props.ts'

const tasks = task.options.map((value) => ({ value, label: taskWords[value] }))

export function CardStep({ draft, fields, edit, editText, field }: StepProps) {
  const parts = cardParts(fields, draft.texts.card)
  const missing = parts.filter(({ done }) => !done)
  const there = parts.length - missing.length
  return (
    <>
      <Card title="Complete" note={`${there} of ${parts.length}`}>
        <Progress
          value={(there / parts.length) * 100}
          aria-label={`${there} of ${parts.length} parts of the card`}
        />
        <p className={css.muted}>
          {missing.length === 0
            ? 'Every part is there.'
            : `Missing: ${missing.map(({ title }) => title).join(', ')}.`}
        </p>
      </Card>
      <Card title="In lists and search">
        <div className={css.pair}>
          <TextInput
            {...field('title')}
            label="Title"
            value={fields.title}
            onChange={(event) => edit({ title: event.currentTarget.value })}
          />
          <Select
            {...field('task')}
            label="Task"
            data={tasks}
            value={fields.task}
            allowDeselect={false}
            onChange={(value) => edit({ task: value })}
          />
        </div>
        <Textarea
          {...field('summary')}
          label="Summary"
          description={`One or two sentences; ${500 - fields.summary.length} characters left`}
          autosize
          minRows={2}
          maxLength={500}
          value={fields.summary}
          onChange={(event) => edit({ summary: event.currentTarget.value })}
        />
        <div className={css.pair}>
          <TextInput
            {...field('owner')}
            label="Owner"
            description="The team that answers for it"
            value={fields.owner.name}
            onChange={(event) =>
              edit({ owner: withoutEmpty({ ...fields.owner, name: event.currentTarget.value }) })
            }
          />
          <TextInput
            {...field('owner.contact')}
            label="Contact"
            value={fields.owner.contact}
            onChange={(event) =>
              edit({ owner: withoutEmpty({ ...fields.owner, contact: event.currentTarget.value }) })
            }
          />
          <TextInput
            {...field('framework')}
            label="Framework"
            description="What it was trained with"
            value={fields.framework.name}
            onChange={(event) =>
              edit({ framework: withoutEmpty({ ...fields.framework, name: event.currentTarget.value }) })
            }
          />
          <TextInput
            {...field('architecture')}
            label="Architecture"
            value={fields.architecture}
            onChange={(event) => edit({ architecture: event.currentTarget.value || null })}
          />
          <LinesInput
            {...field('tags')}
            label="Tags"
            description="One a line: lower case letters, digits, dashes"
            value={fields.tags}
            onChange={(tags) => edit({ tags })}
          />
          <LinesInput
            {...field('authors')}
            label="Authors"
            description="One a line"
            value={fields.authors}
            onChange={(authors) => edit({ authors })}
          />
        </div>
      </Card>
      <EvaluationEditor
        field={field}
        evaluation={fields.evaluation}
        measured={draft.report?.measured ?? null}
        edit={edit}
      />
      <ProvenanceEditor fields={fields} edit={edit} field={field} />
      <LineageEditor fields={fields} edit={edit} field={field} />
      <TargetsEditor fields={fields} edit={edit} field={field} />
      <Card
        title="Card"
        actions={
          cardLacks(draft.texts.card).some(({ headed }) => !headed) && (
            <Button size="xs" onClick={() => editText({ card: withMissingSections(draft.texts.card) })}>
              Add the missing headings
            </Button>
          )
        }
      >
        <MarkdownEditor
          {...field('card')}
          label="Text in Markdown"
          value={draft.texts.card}
          onChange={(card) => editText({ card })}
        />
      </Card>
    </>
  )
}
