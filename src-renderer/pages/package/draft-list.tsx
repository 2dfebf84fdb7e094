/** The drafts that were begun: go on where one stopped, or throw one away. */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { z } from 'zod'
import type { draftRow } from '../../../src-main/contract/draft-views.ts'
import { client, orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { MoreRows } from '../../components/more-rows.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { None, Time } from '../../components/values.tsx'
import { useGrowingList } from '../../data/growing-list.ts'
import { titleOf } from './steps.ts'

type DraftRow = z.infer<typeof draftRow>

export function DraftList() {
  const cache = useQueryClient()
  const list = useGrowingList<DraftRow>(orpc.drafts.list.key({ type: 'infinite' }), (window, signal) =>
    client.drafts.list(window, { signal }),
  )
  const [removing, setRemoving] = useState<DraftRow | null>(null)
  return (
    <>
      <Loaded query={list} what="the drafts" lines={3}>
        {({ rows: drafts }) =>
          drafts.length === 0 ? (
            <EmptyState title="Packages that are being made will be listed here" />
          ) : (
            <PlainTable
              label="Drafts"
              columns={[
                { title: 'Draft' },
                { title: 'Model' },
                { title: 'Version' },
                { title: 'Stands at' },
                { title: 'Problems' },
                { title: 'Changed' },
                { title: 'Action', align: 'end' },
              ]}
              rows={drafts.map((row) => ({
                key: row.id,
                cells: [
                  <Link
                    key="title"
                    to="/package/$draft"
                    params={{ draft: row.id }}
                    search={{ step: row.step }}
                  >
                    <b>{row.title}</b>
                  </Link>,
                  row.model || <None key="model">not named</None>,
                  row.version || <None key="version">not chosen</None>,
                  titleOf(row.step),
                  row.problems === 0 ? (
                    <Chip key="problems" tone="ok">
                      None
                    </Chip>
                  ) : (
                    <Chip key="problems" tone="warn">
                      {row.problems} to solve
                    </Chip>
                  ),
                  <Time key="at" at={row.updatedAt} />,
                  <Button
                    key="remove"
                    size="xs"
                    aria-label={`Throw away ${row.title}`}
                    onClick={() => setRemoving(row)}
                  >
                    Throw away
                  </Button>,
                ],
              }))}
            />
          )
        }
      </Loaded>
      <MoreRows list={list} />
      {removing && (
        <ConfirmDialog
          opened
          onClose={() => setRemoving(null)}
          title={`Throw away ${removing.title}`}
          action="Throw away the draft"
          onConfirm={async () => {
            await client.drafts.remove({ id: removing.id })
            await cache.invalidateQueries({ queryKey: orpc.drafts.list.key() })
            reportDone(`The draft ${removing.title} is gone`)
          }}
        >
          <p>
            What was typed and the copies of its files are deleted. Versions that were built from it stay.
          </p>
        </ConfirmDialog>
      )}
    </>
  )
}
