/** Adds a rule. */
import { Modal, NumberInput, Select } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type AlertMetric, alertMetric, firesBelow } from '../../../src-main/contract/alerts.ts'
import { client, orpc } from '../../client.ts'
import { metricWords } from '../../components/alert-words.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'

/** What the threshold is in on the screen, what it begins with, and the same for the window and the count. */
const forms: Record<
  AlertMetric,
  { label: string; start: number; scale: number; step: number; window: number; count: number }
> = {
  psi: {
    label: 'Index, of the feature that is furthest away',
    start: 0.25,
    scale: 1,
    step: 0.05,
    window: 3600,
    count: 200,
  },
  ks: {
    label: 'Distance from 0 to 1, of the feature that is furthest away',
    start: 0.3,
    scale: 1,
    step: 0.05,
    window: 3600,
    count: 200,
  },
  'error-rate': { label: 'Percent of the requests', start: 5, scale: 0.01, step: 1, window: 300, count: 20 },
  'latency-p95': { label: 'Milliseconds', start: 100, scale: 1, step: 10, window: 300, count: 50 },
  'queue-length': { label: 'Requests, on average', start: 10, scale: 1, step: 1, window: 60, count: 30 },
  quality: {
    label: 'Mean of the scores that callers gave, from 0 to 1',
    start: 0.8,
    scale: 1,
    step: 0.05,
    window: 3600,
    count: 20,
  },
}

const windows = [
  { value: '60', label: '1 minute' },
  { value: '300', label: '5 minutes' },
  { value: '900', label: '15 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
]

export function RuleDialog({ onClose, onAdded }: { onClose: () => void; onAdded: () => Promise<void> }) {
  const deployments = useQuery(orpc.deployments.list.queryOptions())
  useFocusBack()
  const [metric, setMetric] = useState<AlertMetric>('error-rate')
  const form = forms[metric]
  const [threshold, setThreshold] = useState<number | string>(form.start)
  const [windowSeconds, setWindow] = useState(form.window)
  const [countMin, setCount] = useState<number | string>(form.count)
  const [endpoint, setEndpoint] = useState<string | null>(null)
  const add = useMutation({
    mutationFn: () =>
      client.alerts.addRule({
        endpoint,
        metric,
        threshold: Number(threshold) * form.scale,
        windowSeconds,
        countMin: Number(countMin),
      }),
    onSuccess: async () => {
      await onAdded()
      onClose()
    },
  })
  const choose = (chosen: AlertMetric) => {
    setMetric(chosen)
    setThreshold(forms[chosen].start)
    setWindow(forms[chosen].window)
    setCount(forms[chosen].count)
  }
  return (
    <Modal opened onClose={onClose} title="Add a rule">
      <DialogForm
        act={add}
        action="Add the rule"
        failed="The rule was not added."
        blocked={threshold === '' || countMin === ''}
        onCancel={onClose}
      >
        <Select
          label="What is watched"
          data={alertMetric.options.map((value) => ({ value, label: metricWords[value] }))}
          value={metric}
          allowDeselect={false}
          onChange={(value) => value !== null && choose(alertMetric.parse(value))}
          data-autofocus
        />
        <NumberInput
          label={firesBelow({ metric }) ? 'Fires below' : 'Fires above'}
          description={form.label}
          value={threshold}
          onChange={setThreshold}
          min={0}
          step={form.step}
        />
        <Select
          label="Over"
          data={windows}
          value={String(windowSeconds)}
          allowDeselect={false}
          onChange={(value) => value !== null && setWindow(Number(value))}
        />
        <NumberInput
          label="From so many on"
          description="Requests, samples of drift or scores, under which nothing is said"
          value={countMin}
          onChange={setCount}
          min={1}
          allowDecimal={false}
        />
        <Select
          label="Endpoint"
          placeholder="Every endpoint"
          data={(deployments.data ?? []).map((row) => row.endpoint)}
          value={endpoint}
          onChange={setEndpoint}
          clearable
        />
      </DialogForm>
    </Modal>
  )
}
