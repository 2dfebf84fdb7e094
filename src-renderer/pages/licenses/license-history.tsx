/** Licenses that another one replaced or that were given up here: folded away, since they ask for nothing any more. */
import { Button, Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { LicenseRow } from '../../../src-main/contract/license/views.ts'
import { client, orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { Disclosure } from '../../components/disclosure.tsx'
import { formatDate } from '../../components/format.ts'
import { licenseStates, typeWords } from '../../components/license/license-words.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportFailure } from '../../components/report.tsx'
import { saveDocument } from '../../data/save-text.ts'
import { ClausesDrawer } from './clauses-drawer.tsx'
import { RemoveDialog } from './end-dialogs.tsx'
import css from './licenses.module.css'

export const isHistory = ({ state }: LicenseRow): boolean => state === 'superseded' || state === 'deactivated'

interface LicenseHistoryProps {
  rows: readonly LicenseRow[]
  /** Licenses of which a document still holds, or will: removing one removes all its documents. */
  kept: ReadonlySet<string>
}

type Opened = { what: 'clauses' | 'remove'; row: LicenseRow }

export function LicenseHistory({ rows, kept }: LicenseHistoryProps) {
  const cache = useQueryClient()
  const [opened, setOpened] = useState<Opened | null>(null)
  const close = () => setOpened(null)
  const saveProof = async ({ lid }: LicenseRow) => {
    try {
      saveDocument(await client.licenses.deactivate({ lid }))
      await cache.invalidateQueries({ queryKey: orpc.licenses.key() })
    } catch (error) {
      reportFailure('The proof was not saved', error)
    }
  }
  return (
    <Card>
      <Disclosure title={`Replaced or given up here (${rows.length})`}>
        <PlainTable
          label="Replaced or given up here"
          columns={[
            { title: 'Model' },
            { title: 'License' },
            { title: 'Valid' },
            { title: 'What became of it' },
            { title: 'Read or save', align: 'end' },
          ]}
          rows={rows.map((row) => ({
            key: `${row.lid} ${row.seq}`,
            cells: [
              row.model,
              <span key="license">
                {row.license ? typeWords(row.license.terms.type) : 'Unknown'}, document {row.seq}
              </span>,
              validText(row),
              <span key="state" className={css.message}>
                <Chip>{licenseStates[row.state][1]}</Chip> {row.problem?.message}
              </span>,
              <Group key="actions" gap={6} justify="flex-end" wrap="nowrap">
                {row.state === 'deactivated' && (
                  <Button
                    size="xs"
                    aria-label={`Save the proof for ${row.model} again`}
                    onClick={() => void saveProof(row)}
                  >
                    Save the proof
                  </Button>
                )}
                {!kept.has(row.lid) && (
                  <Button
                    size="xs"
                    aria-label={`Remove ${row.model}, document ${row.seq}`}
                    onClick={() => setOpened({ what: 'remove', row })}
                  >
                    Remove
                  </Button>
                )}
                {row.license && (
                  <Button
                    size="xs"
                    aria-label={`Clauses of ${row.model}, document ${row.seq}`}
                    onClick={() => setOpened({ what: 'clauses', row })}
                  >
                    Clauses
                  </Button>
                )}
              </Group>,
            ],
          }))}
        />
      </Disclosure>
      {opened?.what === 'clauses' && opened.row.license && (
        <ClausesDrawer row={opened.row} license={opened.row.license} onClose={close} />
      )}
      {opened?.what === 'remove' && <RemoveDialog row={opened.row} onClose={close} />}
    </Card>
  )
}

function validText({ license }: LicenseRow): string {
  if (!license) return ''
  const from = formatDate(license.nbf * 1000)
  return license.exp === null ? `from ${from} on` : `${from} to ${formatDate(license.exp * 1000)}`
}
