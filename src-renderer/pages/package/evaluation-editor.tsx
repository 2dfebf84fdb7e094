/** The figures of a version, overall and by segment. Each is a share from 0 to 1, as the metrics of the field are. */
import { Button, NumberInput, Textarea, TextInput } from '@mantine/core'
import type { ValidationReport } from '../../../src-main/contract/validation.ts'
import { formatCount, formatMetric } from '../../components/format.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { DecimalInput } from './decimal-input.tsx'
import { type DraftDescriptor, type Shares, withoutEmpty } from './descriptor.ts'
import css from './package.module.css'
import { PairsEditor } from './pairs-editor.tsx'
import type { StepProps } from './step-props.ts'

type Evaluation = DraftDescriptor['evaluation']
type Props = Pick<StepProps, 'edit' | 'field'> & {
  evaluation: Evaluation
  /** By the checks, on the suite. */
  measured: ValidationReport['measured']
}

const names = ['accuracy', 'precision', 'recall'] as const

export function EvaluationEditor({ evaluation, measured, edit, field }: Props) {
  const write = (next: Partial<Evaluation>) => {
    const all = { ...evaluation, ...next }
    const empty = all.dataset === '' && all.fairness === '' && all.segments.length === 0 && none(all.overall)
    edit({ evaluation: empty ? null : withoutEmpty(all) })
  }
  const writeSegment = (at: number, next: Partial<Evaluation['segments'][number]>) => {
    const segment = evaluation.segments[at]
    if (segment) write({ segments: evaluation.segments.with(at, { ...segment, ...next }) })
  }
  return (
    <Card
      title="Metrics"
      actions={
        <>
          {measured !== null && measured.accuracy !== null && evaluation.overall.accuracy === undefined && (
            <Button
              size="xs"
              onClick={() => write(stated(evaluation, measured.cases, measured.accuracy ?? 0))}
            >
              State the measured accuracy, {formatMetric(measured.accuracy)}
            </Button>
          )}
          <Button
            size="xs"
            onClick={() => write({ segments: [...evaluation.segments, { name: '', cases: 0, metrics: {} }] })}
          >
            Add a segment
          </Button>
        </>
      }
    >
      <div className={css.fields}>
        <TextInput
          id={field('evaluation').id}
          label="Measured on"
          placeholder="Name of the data set"
          value={evaluation.dataset}
          onChange={(event) => write({ dataset: event.currentTarget.value })}
        />
        {names.map((name) => (
          <Share
            key={name}
            {...field(`evaluation.overall.${name}`)}
            label={`${name.charAt(0).toUpperCase()}${name.slice(1)}`}
            value={evaluation.overall[name]}
            onChange={(value) => write({ overall: withShare(evaluation.overall, name, value) })}
          />
        ))}
      </div>
      <PairsEditor
        title="Metrics of this task"
        one="metric"
        types={['number']}
        valueTitle="Value"
        value={evaluation.overall.custom ?? {}}
        onChange={(custom) => {
          const { custom: _before, ...rest } = evaluation.overall
          write({ overall: Object.keys(custom).length === 0 ? rest : { ...rest, custom } })
        }}
        field={(name) => field(`evaluation.overall.custom.${name}`)}
      />
      {evaluation.segments.length > 0 && (
        <PlainTable
          label="Metrics by segment"
          columns={[
            { title: 'Segment' },
            { title: 'Cases', width: '92px' },
            { title: 'Accuracy', width: '92px' },
            { title: 'Precision', width: '92px' },
            { title: 'Recall', width: '92px' },
            { title: 'Action', align: 'end', width: '92px' },
          ]}
          rows={evaluation.segments.map((segment, at) => ({
            key: String(at),
            cells: [
              <TextInput
                key="name"
                aria-label={`Name of segment ${at + 1}`}
                value={segment.name}
                onChange={(event) => writeSegment(at, { name: event.currentTarget.value })}
              />,
              <NumberInput
                key="cases"
                aria-label={`Cases of segment ${at + 1}`}
                hideControls
                min={0}
                allowDecimal={false}
                value={segment.cases}
                onChange={(value) => writeSegment(at, { cases: typeof value === 'number' ? value : 0 })}
              />,
              ...names.map((name) => (
                <Share
                  key={name}
                  {...field(`evaluation.segments.${at}.metrics.${name}`)}
                  aria-label={`${name} of segment ${at + 1}`}
                  value={segment.metrics[name]}
                  onChange={(value) => writeSegment(at, { metrics: withShare(segment.metrics, name, value) })}
                />
              )),
              <Button
                key="remove"
                size="xs"
                aria-label={`Remove segment ${at + 1}`}
                onClick={() => write({ segments: evaluation.segments.toSpliced(at, 1) })}
              >
                Remove
              </Button>,
            ],
          }))}
        />
      )}
      <Textarea
        {...field('evaluation.fairness')}
        label="Fairness"
        description="Which groups were compared, and what was found"
        autosize
        minRows={1}
        maxRows={8}
        value={evaluation.fairness}
        onChange={(event) => write({ fairness: event.currentTarget.value })}
      />
    </Card>
  )
}

/** With four digits, and on what it was measured where nothing else is said of that. */
const stated = ({ dataset, overall }: Evaluation, cases: number, accuracy: number): Partial<Evaluation> => ({
  dataset: dataset || `Suite of the package, ${formatCount(cases, 'cases').replaceAll(/\s/g, ' ')}`,
  overall: { ...overall, accuracy: Math.round(accuracy * 10_000) / 10_000 },
})

type ShareProps = {
  label?: string
  'aria-label'?: string
  id: string
  error: string | null
  value: ShareValue
  onChange: (value: ShareValue) => void
}
type ShareValue = Shares[(typeof names)[number]]

const Share = ({ onChange, ...field }: ShareProps) => (
  <DecimalInput
    {...field}
    min={0}
    max={1}
    placeholder="0 to 1"
    onChange={(next) => onChange(typeof next === 'number' || typeof next === 'string' ? next : undefined)}
  />
)

const none = (shares: Shares) => Object.values(shares).every((value) => value === undefined)

function withShare(shares: Shares, name: (typeof names)[number], value: ShareValue): Shares {
  const { [name]: _before, ...rest } = shares
  return value === undefined ? rest : { ...rest, [name]: value }
}
