/** The rows of a traffic policy's editor: rules on headers, and rules that take a version out by themselves. */
import { ActionIcon, Button, Group, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { type DraftRollback, type DraftRule, isShare, nextKey } from './policy-draft.ts'
import css from './traffic.module.css'

interface Editor<Rule> {
  rules: readonly Rule[]
  errors: ReadonlyMap<string, string>
  onChange: (rules: Rule[]) => void
}

export function RulesEditor({
  rules,
  versions,
  errors,
  onChange,
}: Editor<DraftRule> & { versions: string[] }) {
  const change = (at: number, part: Partial<DraftRule>) =>
    onChange(rules.map((rule, index) => (index === at ? { ...rule, ...part } : rule)))
  const added = { key: nextKey(), name: `rule-${rules.length + 1}`, header: '', values: [], version: null }
  return (
    <Rows title="Rules on headers" add="Add a rule" onAdd={() => onChange([...rules, added])}>
      {rules.map((rule, at) => (
        <Row key={rule.key} label={`Remove rule ${at + 1}`} onRemove={() => onChange(rules.toSpliced(at, 1))}>
          <TextInput
            label="Name"
            value={rule.name}
            error={errors.get(`rules.${at}.name`)}
            onChange={(event) => change(at, { name: event.currentTarget.value })}
          />
          <TextInput
            label="Header"
            value={rule.header}
            error={errors.get(`rules.${at}.header`)}
            onChange={(event) => change(at, { header: event.currentTarget.value.toLowerCase() })}
          />
          <TagsInput
            label="Values"
            placeholder={rule.values.length === 0 ? 'Any' : ''}
            value={rule.values}
            onChange={(values) => change(at, { values })}
          />
          <Select
            label="Version"
            data={versions}
            value={rule.version}
            error={errors.get(`rules.${at}.version`)}
            onChange={(version) => change(at, { version })}
          />
        </Row>
      ))}
    </Rows>
  )
}

const metrics: { value: DraftRollback['metric']; label: string }[] = [
  { value: 'error-rate', label: 'Errors over, %' },
  { value: 'latency-p95', label: 'p95 over, ms' },
  { value: 'divergence', label: 'Divergence over, %' },
  { value: 'quality', label: 'Quality under' },
]

export function RollbackEditor({ rules, errors, onChange }: Editor<DraftRollback>) {
  const change = (at: number, part: Partial<DraftRollback>) =>
    onChange(rules.map((rule, index) => (index === at ? { ...rule, ...part } : rule)))
  const added: DraftRollback = {
    key: nextKey(),
    metric: 'error-rate',
    threshold: 5,
    windowSeconds: 60,
    requestsMin: 20,
  }
  return (
    <Rows
      title="Automatic rollback of a candidate or shadow"
      add="Add a condition"
      onAdd={() => onChange([...rules, added])}
    >
      {rules.map((rule, at) => (
        <Row
          key={rule.key}
          label={`Remove condition ${at + 1}`}
          onRemove={() => onChange(rules.toSpliced(at, 1))}
        >
          <Select
            label="When"
            data={metrics}
            value={rule.metric}
            allowDeselect={false}
            onChange={(metric) => metric !== null && change(at, { metric })}
          />
          <NumberInput
            label="Threshold"
            value={rule.threshold}
            suffix={isShare(rule.metric) ? ' %' : ''}
            error={errors.get(`rollback.${at}.threshold`)}
            onChange={(threshold) => change(at, { threshold })}
          />
          <NumberInput
            label="Within, s"
            value={rule.windowSeconds}
            error={errors.get(`rollback.${at}.windowSeconds`)}
            onChange={(windowSeconds) => change(at, { windowSeconds })}
          />
          <NumberInput
            label="Requests at least"
            value={rule.requestsMin}
            error={errors.get(`rollback.${at}.requestsMin`)}
            onChange={(requestsMin) => change(at, { requestsMin })}
          />
        </Row>
      ))}
    </Rows>
  )
}

function Rows(props: { title: string; add: string; onAdd: () => void; children: ReactNode }) {
  return (
    <fieldset className={css.rules}>
      <legend>{props.title}</legend>
      {props.children}
      <div>
        <Button size="xs" onClick={props.onAdd}>
          {props.add}
        </Button>
      </div>
    </fieldset>
  )
}

function Row(props: { label: string; onRemove: () => void; children: ReactNode }) {
  return (
    <Group align="start" gap={8} wrap="nowrap" className={css.rule}>
      {props.children}
      <ActionIcon aria-label={props.label} onClick={props.onRemove} className={css.remove}>
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  )
}
