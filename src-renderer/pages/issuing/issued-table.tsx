/** What was issued, with what can be done about each license. */
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import type { IssuedLicense } from '../../../src-main/contract/license/issuing.ts'
import { client } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { shortDigest } from '../../components/format.ts'
import { typeWords } from '../../components/license/license-words.ts'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportFailure } from '../../components/report.tsx'
import { Time } from '../../components/values.tsx'
import { saveDocument } from '../../data/save-text.ts'
import { countedInWords } from './counted-in-words.ts'
import css from './issuing.module.css'
import { RevokeDialog } from './revoke-dialog.tsx'
import { TrancheDialog } from './tranche-dialog.tsx'

interface Props {
  rows: readonly IssuedLicense[]
  onRenew: (row: IssuedLicense) => void
  onChanged: () => Promise<void>
}

export function IssuedTable({ rows, onRenew, onChanged }: Props) {
  const [revoking, setRevoking] = useState<IssuedLicense | null>(null)
  const [selling, setSelling] = useState<IssuedLicense | null>(null)
  return (
    <>
      <PlainTable
        label="Issued licenses"
        columns={[
          { title: 'Customer' },
          { title: 'Model' },
          { title: 'Type' },
          { title: 'State' },
          { title: 'Ends' },
          { title: 'Machines' },
          { title: 'Issued' },
          { title: '', align: 'end' },
        ]}
        rows={rows.map((row) => ({
          key: row.lid,
          cells: [
            <span key="account">
              {row.account}
              <small className={css.under} title={row.lid}>
                …{row.lid.slice(-8)}, document {row.seq}
              </small>
            </span>,
            <span key="model">
              {row.model}
              <small className={css.under}>
                {row.license.model.range === '*' ? 'all versions' : row.license.model.range}
              </small>
            </span>,
            <span key="type">
              {typeWords(row.type)}
              <small className={css.under}>{countedInWords(row)}</small>
            </span>,
            <State key="state" row={row} />,
            row.endsAt === null ? 'no end' : <Time key="ends" at={row.endsAt} as="date" />,
            row.license.nodes === null ? 'any' : <Machines key="machines" nodes={row.license.nodes} />,
            <Time key="issued" at={row.issuedAt} />,
            <Actions key="actions" row={row} onRenew={onRenew} onRevoke={setRevoking} onSell={setSelling} />,
          ],
        }))}
      />
      {revoking && <RevokeDialog row={revoking} onClose={() => setRevoking(null)} onChanged={onChanged} />}
      {selling && <TrancheDialog row={selling} onClose={() => setSelling(null)} />}
    </>
  )
}

const Machines = ({ nodes: { bindings } }: { nodes: NonNullable<IssuedLicense['license']['nodes']> }) =>
  bindings.map(({ id, name }) => (
    <span key={id}>
      {name}
      <small className={css.under} title={id}>
        {shortDigest(id)}
      </small>
    </span>
  ))

function State({ row }: { row: IssuedLicense }) {
  if (row.revokedAt !== null) return <Chip tone="bad">Revoked</Chip>
  if (row.endsAt !== null && Date.parse(row.endsAt) <= Date.now()) return <Chip tone="warn">Ended</Chip>
  return <Chip tone="ok">{row.license.trial ? 'Trial' : 'Valid'}</Chip>
}

function Actions({
  row,
  onRenew,
  onRevoke,
  onSell,
}: {
  row: IssuedLicense
  onRenew: (row: IssuedLicense) => void
  onRevoke: (row: IssuedLicense) => void
  onSell: (row: IssuedLicense) => void
}) {
  const save = () =>
    client.issuing
      .document({ lid: row.lid })
      .then(saveDocument, (error: unknown) => reportFailure('The document was not saved', error))
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          size="xs"
          rightSection={<IconChevronDown size={14} />}
          aria-label={`More for the license of ${row.account}`}
        >
          More
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save()}>Save the file again</Menu.Item>
        <Menu.Item onClick={() => onRenew(row)} disabled={row.revokedAt !== null}>
          Issue its next document
        </Menu.Item>
        <Menu.Item onClick={() => onSell(row)} disabled={row.revokedAt !== null}>
          Sell requests or credits
        </Menu.Item>
        <Menu.Item color="var(--bad)" onClick={() => onRevoke(row)} disabled={row.revokedAt !== null}>
          Revoke
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
