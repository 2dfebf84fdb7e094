/** Edits an endpoint's whole traffic policy, says in words what it will do, and saves it as one change. */
import { Group, Modal, MultiSelect, NumberInput, Select, Switch } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { stickyBy, trafficPolicy } from '../../../src-main/contract/traffic.ts'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { reportDone } from '../../components/report.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { fieldErrors } from './field-errors.ts'
import { draftOf, policyOf } from './policy-draft.ts'
import { RollbackEditor, RulesEditor } from './policy-rules.tsx'
import { policyWords } from './policy-words.ts'
import css from './traffic.module.css'

const stickyChoices = [
  { value: 'consumer', label: 'API key' },
  { value: 'session', label: 'Session, else API key' },
  { value: 'request', label: 'Nothing: each request on its own' },
]

export function PolicyDialog({ row, onClose }: { row: DeploymentRow; onClose: () => void }) {
  useFocusBack()
  const cache = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(row.policy))
  const change = (next: Partial<typeof draft>) => setDraft({ ...draft, ...next })
  const parsed = trafficPolicy.safeParse(policyOf(draft))
  const errors = fieldErrors(parsed)
  const versions = [...new Set(row.targets.map(({ version }) => version))]
  const save = useMutation({
    mutationFn: () =>
      client.deployments.setPolicy({ endpoint: row.endpoint, policy: parsed.data ?? row.policy }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: orpc.deployments.key() })
      reportDone(
        `The traffic of ${row.endpoint} goes by the new rules`,
        'They hold from the next request on.',
      )
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} size={860} title={`Traffic rules of ${row.endpoint}`}>
      <DialogForm
        act={save}
        action="Apply the rules"
        failed="The rules were not changed."
        blocked={!parsed.success}
        onCancel={onClose}
      >
        <Select
          label="The version stays the same for"
          data={stickyChoices}
          value={draft.stickyBy}
          allowDeselect={false}
          onChange={(value) => change({ stickyBy: stickyBy.parse(value) })}
        />
        <RulesEditor
          rules={draft.rules}
          versions={versions}
          errors={errors}
          onChange={(rules) => change({ rules })}
        />
        <RollbackEditor
          rules={draft.rollback}
          errors={errors}
          onChange={(rollback) => change({ rollback })}
        />
        <MultiSelect
          label="Failover"
          description="Who answers, in this order, where the chosen version cannot; then the primary"
          placeholder={draft.failover.length === 0 ? 'The primary' : ''}
          data={versions}
          value={draft.failover}
          error={errors.get('failover')}
          onChange={(failover) => change({ failover })}
        />
        <Switch
          label="Keep answers by version and input"
          checked={draft.cached}
          onChange={(event) => change({ cached: event.currentTarget.checked })}
        />
        <Group align="start" gap={12} grow>
          {draft.cached && (
            <>
              <NumberInput
                label="Answers kept at most"
                value={draft.entriesMax}
                error={errors.get('cache.entriesMax')}
                onChange={(entriesMax) => change({ entriesMax })}
              />
              <NumberInput
                label="Kept for, s"
                value={draft.secondsMax}
                error={errors.get('cache.secondsMax')}
                onChange={(secondsMax) => change({ secondsMax })}
              />
            </>
          )}
          <NumberInput
            label="Tolerance"
            description="Outputs further apart count as different"
            value={draft.tolerance}
            error={errors.get('tolerance')}
            step={0.001}
            onChange={(tolerance) => change({ tolerance })}
          />
        </Group>
        <section aria-label="In words" className={css.words}>
          {parsed.success ? (
            <ul>
              {policyWords(parsed.data).map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          ) : (
            <p>Not complete yet: the fields say what is missing.</p>
          )}
        </section>
      </DialogForm>
    </Modal>
  )
}
