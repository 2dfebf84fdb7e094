/** The left half of the playground: examples, the inputs as a form or as JSON, and the button that sends them. */
import { Button, Kbd, SegmentedControl } from '@mantine/core'
import type { InputSchema } from '../../../src-main/contract/package.ts'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { CodeInput } from '../../components/code-input.tsx'
import { Card } from '../../components/page.tsx'
import css from './bench.module.css'
import { InputForm } from './input-form.tsx'
import page from './playground.module.css'
import type { Bench } from './use-bench.ts'

type Props = {
  bench: Bench
  schemas: InputSchema[]
  tensors: TensorSpec[]
  examples: VersionDetail['examples']
  running: boolean
  /** What the license leaves of this month. */
  left: string | null
  onRun: () => void
  onCancel: () => void
}

export function BenchCard({ bench, schemas, tensors, examples, running, left, onRun, onCancel }: Props) {
  return (
    <Card
      title="Input"
      actions={
        <SegmentedControl
          aria-label="Input as"
          value={bench.mode}
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
          onChange={(value) => bench.show(value === 'json' ? 'json' : 'form')}
        />
      }
    >
      <div className={css.form}>
        {examples.length > 0 && (
          <div className={css.examples}>
            <span>Examples</span>
            {examples.map(({ id, label, inputs }) => (
              <Button key={id} size="xs" onClick={() => bench.fill(inputs)} title={`Case ${id} of the suite`}>
                {label ?? id} {label !== null && <span className={page.unit}>{id}</span>}
              </Button>
            ))}
          </div>
        )}
        {bench.mode === 'form' ? (
          <InputForm
            schemas={schemas}
            tensors={tensors}
            values={bench.values}
            problems={bench.problems}
            onChange={bench.setValue}
          />
        ) : (
          <CodeInput
            label="Item, or an array of items for a batch"
            description="By the name of each input"
            minRows={10}
            maxRows={24}
            value={bench.json}
            error={bench.problems.json ?? null}
            onChange={(event) => bench.setJson(event.currentTarget.value)}
          />
        )}
        <div className={css.run}>
          <Button variant="filled" onClick={onRun} loading={running}>
            Run
          </Button>
          {running ? (
            <Button onClick={onCancel}>Cancel</Button>
          ) : (
            <span>
              <Kbd size="xs">{isMac ? '⌘' : 'Ctrl'}</Kbd> <Kbd size="xs">Enter</Kbd>
            </span>
          )}
          {left !== null && <span className={css.left}>{left}</span>}
        </div>
      </div>
    </Card>
  )
}

const isMac = navigator.userAgent.includes('Mac OS')
