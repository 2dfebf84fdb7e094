/** One license: whether it serves and if not why, what it allows, what of it is used, and until when. */
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import type { LicenseRow } from '../../../src-main/contract/license/views.ts'
import { machinesUnenforced, versionsInWords } from '../../../src-main/contract/license/words.ts'
import { Chip } from '../../components/chip.tsx'
import { formatDate } from '../../components/format.ts'
import {
  inDays,
  inScreenWords,
  licenseStates,
  noticesOf,
  typeWords,
} from '../../components/license/license-words.ts'
import { QuotaGauge } from '../../components/license/quota-gauge.tsx'
import { RightsMatrix } from '../../components/license/rights-matrix.tsx'
import { Banner, Card, Facts } from '../../components/page.tsx'
import { ClausesDrawer } from './clauses-drawer.tsx'
import { Emergency } from './emergency.tsx'
import { DeactivateDialog, RemoveDialog } from './end-dialogs.tsx'
import css from './licenses.module.css'
import { RequestDialog } from './request-dialog.tsx'

type Dialog = 'renew' | 'clauses' | 'deactivate' | 'remove'

export function LicenseCard({ row, onExplain }: { row: LicenseRow; onExplain: () => void }) {
  const { license } = row
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  const [tone, word] = licenseStates[row.state]
  return (
    <Card
      title={row.model}
      note={license ? versionsInWords(license.model.range) : row.lid}
      chips={
        <>
          {license && <Chip>{typeWords(license.terms.type)}</Chip>}
          {license?.trial && <Chip tone="info">Trial</Chip>}
          <Chip tone={tone} dot>
            {word}
          </Chip>
        </>
      }
      actions={
        <>
          {license && (
            <Button size="xs" onClick={() => setDialog('clauses')}>
              Show clauses
            </Button>
          )}
          <Button size="xs" onClick={onExplain}>
            Explain
          </Button>
          <Button size="xs" onClick={() => setDialog('renew')}>
            Renew or move
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button
                size="xs"
                rightSection={<IconChevronDown size={14} />}
                aria-label={`More for ${row.model}`}
              >
                More
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {license && <Menu.Item onClick={() => setDialog('deactivate')}>Deactivate</Menu.Item>}
              <Menu.Item color="var(--bad)" onClick={() => setDialog('remove')}>
                Remove
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      {row.problem && row.state !== 'grace' && (
        <Banner tone={tone === 'bad' || tone === 'warn' ? tone : 'info'} title={`${word}.`}>
          {inScreenWords(`${row.problem.message} ${row.problem.remedy}`)} <code>{row.problem.code}</code>
        </Banner>
      )}
      {noticesOf(row)
        .filter(({ kind }) => kind !== 'refused' && kind !== 'ends')
        .map(({ kind, tone: how, title, text }) => (
          <Banner key={kind} tone={how} title={title}>
            {text}
          </Banner>
        ))}
      {license && (
        <div className={css.parts}>
          <RightsMatrix terms={license.terms} />
          <div className={css.column}>
            <QuotaGauge row={row} />
            <Facts items={timesOf(row)} />
          </div>
          <div className={css.column}>
            <Facts items={partiesOf(row)} />
            <Emergency row={row} />
          </div>
        </div>
      )}
      {dialog === 'clauses' && license && <ClausesDrawer row={row} license={license} onClose={close} />}
      {dialog === 'renew' && <RequestDialog renews={row} model={row.model} onClose={close} />}
      {dialog === 'deactivate' && <DeactivateDialog row={row} onClose={close} />}
      {dialog === 'remove' && <RemoveDialog row={row} onClose={close} />}
    </Card>
  )
}

type Fact = readonly [string, React.ReactNode]

function timesOf({ license, daysLeft, graceUntil, emergencyUntil }: LicenseRow): Fact[] {
  if (!license) return []
  const code: Fact[] =
    emergencyUntil === null ? [] : [['Emergency code', `until ${formatDate(emergencyUntil)}`]]
  if (license.exp === null) return [...code, ['Expires', 'Never']]
  const at = new Date(license.exp * 1000).toISOString()
  const left = daysLeft === null ? '' : daysLeft < 0 ? `, ${-daysLeft} days ago` : `, ${inDays(daysLeft)}`
  return [
    ...code,
    [
      daysLeft !== null && daysLeft < 0 ? 'Expired' : 'Expires',
      <span key="expires" title={at}>
        {formatDate(at)}
        {left}
      </span>,
    ],
    ['Grace', graceText(license.terms.graceDays, graceUntil)],
  ]
}

const graceText = (days: number, until: string | null): string =>
  days === 0 || until === null
    ? 'None: it stops at the end'
    : `${Date.parse(until) > Date.now() ? 'until' : 'ended on'} ${formatDate(until)}`

const bindings = {
  any: 'Any machine',
  bound: 'Bound to this machine',
  rebind: 'This machine has changed',
  mismatch: 'Bound to another machine',
} as const

function partiesOf({ license, issuer, binding }: LicenseRow): Fact[] {
  const until = binding.until === null ? '' : `; ask for it anew until ${formatDate(binding.until)}`
  const agreed =
    license && machinesUnenforced(license) ? `; ${license.terms.nodesMax} agreed, which is not enforced` : ''
  const matched = binding.matched === null ? '' : ` (${binding.matched})`
  return [
    ['Holder', license?.sub],
    ['Issuer', issuer],
    ...(license?.aud ? ([['Site', license.aud]] as const) : []),
    ['Machine', `${bindings[binding.state]}${agreed}${matched}${until}`],
  ]
}
