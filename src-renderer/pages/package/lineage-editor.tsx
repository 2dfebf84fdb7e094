/** Of which other versions this one was made: what their licenses are asked for when it is built. */
import { Button, Select, TextInput } from '@mantine/core'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import type { DraftDescriptor } from './descriptor.ts'
import css from './package.module.css'
import type { StepProps } from './step-props.ts'

type Parent = DraftDescriptor['lineage'][number]

const relations = [
  { value: 'fine-tuned', label: 'Fine-tuned from it' },
  { value: 'quantized', label: 'Quantized' },
  { value: 'merged', label: 'Merged from it' },
  { value: 'modified', label: 'Modified' },
]

export function LineageEditor({
  fields: { lineage },
  edit,
  field,
}: Pick<StepProps, 'fields' | 'edit' | 'field'>) {
  const write = (next: readonly Parent[]) => edit({ lineage: next.length === 0 ? null : next })
  const change = (at: number, part: Partial<Parent>) =>
    write(lineage.map((parent, each) => (each === at ? { ...parent, ...part } : parent)))
  return (
    <Card
      title="Made of"
      note="other models that went into these weights"
      actions={
        <Button
          size="xs"
          id={field('lineage').id}
          onClick={() => write([...lineage, { model: '', version: '', relation: 'fine-tuned' }])}
        >
          Add a model
        </Button>
      }
    >
      {lineage.length === 0 ? (
        <p className={css.muted}>
          No other model is named. Name the ones that it was fine-tuned, quantized or merged from: their
          licenses say whether that is allowed.
        </p>
      ) : (
        <PlainTable
          label="Made of"
          columns={[
            { title: 'Model' },
            { title: 'Version', width: '132px' },
            { title: 'How', width: '176px' },
            { title: 'Action', align: 'end', width: '92px' },
          ]}
          rows={lineage.map((parent, at) => ({
            key: String(at),
            cells: [
              <TextInput
                key="model"
                {...field(`lineage.${at}.model`)}
                aria-label={`Model ${at + 1} that it was made of`}
                placeholder="publisher.model"
                spellCheck={false}
                value={parent.model}
                onChange={(event) => change(at, { model: event.currentTarget.value.trim() })}
              />,
              <TextInput
                key="version"
                {...field(`lineage.${at}.version`)}
                aria-label={`Version of model ${at + 1}`}
                placeholder="1.0.0"
                spellCheck={false}
                value={parent.version}
                onChange={(event) => change(at, { version: event.currentTarget.value.trim() })}
              />,
              <Select
                key="relation"
                {...field(`lineage.${at}.relation`)}
                aria-label={`How it was made of model ${at + 1}`}
                data={relations}
                value={parent.relation}
                allowDeselect={false}
                onChange={(relation) => relation !== null && change(at, { relation })}
              />,
              <Button
                key="remove"
                size="xs"
                aria-label={`Remove model ${at + 1}`}
                onClick={() => write(lineage.toSpliced(at, 1))}
              >
                Remove
              </Button>,
            ],
          }))}
        />
      )}
    </Card>
  )
}
