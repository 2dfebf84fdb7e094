/**
 * One answer: what came out, where the time went, and exactly which version answered and why. An answer to a batch
 * shows one item at a time.
 */
import { Pagination } from '@mantine/core'
import { useState } from 'react'
import type { Prediction } from '../../../src-main/contract/api/serving.ts'
import { Chip } from '../../components/chip.tsx'
import { formatDuration } from '../../components/format.ts'
import { Card, Facts } from '../../components/page.tsx'
import { deviceWords } from '../../components/targets.ts'
import { Digest } from '../../components/values.tsx'
import { jsonText } from './json-text.ts'
import { type Output, readOutputs } from './outputs.ts'
import css from './playground.module.css'
import { Scores } from './scores.tsx'
import { TensorTable } from './tensor-table.tsx'
import { Timing } from './timing.tsx'
import { VectorView } from './vector-view.tsx'

/** `old` where the input or the version asked has changed since. */
export function ResultCard({ answer, old }: { answer: Prediction; old: boolean }) {
  const [shown, setShown] = useState(1)
  const items = answer.outputs.length
  const item = answer.outputs[Math.min(shown, items) - 1]
  return (
    <Card
      title="Result"
      note={formatDuration(answer.timing.totalMs)}
      chips={
        <>
          <Chip tone="accent">{answer.version}</Chip>
          {old && <Chip tone="warn">of an earlier request</Chip>}
        </>
      }
      actions={
        items > 1 && (
          <Pagination
            size="xs"
            total={items}
            value={Math.min(shown, items)}
            onChange={setShown}
            getItemProps={(page) => ({ 'aria-label': `Item ${page}` })}
          />
        )
      }
    >
      <div className={css.outputs} aria-live="polite" data-old={old || undefined}>
        {item !== undefined &&
          readOutputs(item).map((output) => <OutputView key={output.tensor} output={output} />)}
      </div>
      <Timing timing={answer.timing} />
      <Facts
        items={[
          ['Answered by', `${answer.model} ${answer.version}`],
          [
            'Chosen by',
            answer.rule === 'try' ? 'this try: loaded for it alone, no endpoint answered' : answer.rule,
          ],
          [
            'Ran on',
            answer.batchSize > 1
              ? `${deviceWords(answer.executionProvider)}, in a batch of ${answer.batchSize}`
              : deviceWords(answer.executionProvider),
          ],
          ...(answer.attribution === undefined ? [] : [['To be named', answer.attribution] as const]),
          ['Digest', <Digest key="digest" value={answer.digest} />],
          ['Request', <code key="request">{answer.id}</code>],
        ]}
      />
    </Card>
  )
}

function OutputView({ output }: { output: Output }) {
  return (
    <section className={css.output}>
      <h3>{output.tensor}</h3>
      {output.kind === 'classes' && <Scores top={output.top} />}
      {output.kind === 'embedding' && <VectorView name={output.tensor} vector={output.vector} />}
      {output.kind === 'tensor' && <TensorTable value={output.value} />}
      {output.kind === 'other' && <pre className={css.raw}>{jsonText(output.value)}</pre>}
    </section>
  )
}
