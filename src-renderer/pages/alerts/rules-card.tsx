/** The rules: what is watched, from when on it fires, and over what. */
import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type AlertRule, usualRules } from '../../../src-main/contract/alerts.ts'
import { client, orpc } from '../../client.ts'
import { metricWords, thresholdWords, windowWords } from '../../components/alert-words.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatNumber } from '../../components/format.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { EmptyState, ErrorNotice, Loaded } from '../../components/states.tsx'
import { RuleDialog } from './rule-dialog.tsx'

export function RulesCard() {
  const cache = useQueryClient()
  const list = useQuery(orpc.alerts.rules.queryOptions())
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<AlertRule | null>(null)
  const refresh = () => cache.invalidateQueries({ queryKey: orpc.alerts.key() })
  const usual = useMutation({
    mutationFn: async () => {
      for (const rule of usualRules) await client.alerts.addRule(rule)
    },
    onSettled: refresh,
  })
  return (
    <Card
      title="Rules"
      note="of every endpoint, or of one"
      actions={
        <Button variant="filled" onClick={() => setAdding(true)}>
          Add a rule
        </Button>
      }
    >
      {usual.error && <ErrorNotice error={usual.error} what="The usual rules were not added." />}
      <Loaded query={list} what="the rules">
        {(rules) =>
          rules.length === 0 ? (
            <EmptyState
              title="Nothing is watched yet"
              actions={
                <Button loading={usual.isPending} onClick={() => usual.mutate()}>
                  Add the usual rules
                </Button>
              }
            >
              The usual rules fire where more than 5 % of the requests fail over five minutes, and where
              inputs or outputs are no longer like those of the suite.
            </EmptyState>
          ) : (
            <RuleTable rules={rules} onRemove={setRemoving} />
          )
        }
      </Loaded>
      {adding && <RuleDialog onClose={() => setAdding(false)} onAdded={refresh} />}
      {removing && (
        <ConfirmDialog
          opened
          onClose={() => setRemoving(null)}
          title="Remove the rule"
          action="Remove the rule"
          onConfirm={async () => {
            await client.alerts.removeRule({ id: removing.id })
            await refresh()
            reportDone('The rule is removed', 'What it had firing is resolved.')
          }}
        >
          <p>
            <b>{metricWords[removing.metric]}</b> {thresholdWords(removing)} is no longer watched. What fires
            by it is resolved.
          </p>
        </ConfirmDialog>
      )}
    </Card>
  )
}

function RuleTable({ rules, onRemove }: { rules: AlertRule[]; onRemove: (rule: AlertRule) => void }) {
  return (
    <PlainTable
      label="Rules"
      columns={[
        { title: 'What' },
        { title: 'Fires' },
        { title: 'Over' },
        { title: 'From so many on', align: 'end' },
        { title: 'Endpoint' },
        { title: 'Version' },
        { title: 'Action', align: 'end' },
      ]}
      rows={rules.map((rule) => ({
        key: rule.id,
        cells: [
          metricWords[rule.metric],
          thresholdWords(rule),
          windowWords(rule.windowSeconds),
          formatNumber(rule.countMin),
          rule.endpoint ?? 'every',
          rule.version ?? 'every',
          <Button
            key="remove"
            size="xs"
            color="bad"
            aria-label={`Remove the rule on ${metricWords[rule.metric]}`}
            onClick={() => onRemove(rule)}
          >
            Remove
          </Button>,
        ],
      }))}
    />
  )
}
