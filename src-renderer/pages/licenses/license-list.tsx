/** One card a license, in the order of the node: what needs a person first. */
import { Button, TextInput } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import type { LicenseRow } from '../../../src-main/contract/license/views.ts'
import { clearOnEscape } from '../../components/clear-on-escape.ts'
import { formatCount } from '../../components/format.ts'
import { urgentFirst } from '../../components/license/license-words.ts'
import { Card, Stack } from '../../components/page.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { LicenseCard } from './license-card.tsx'
import { isHistory, LicenseHistory } from './license-history.tsx'
import css from './licenses.module.css'

const shownAtFirst = 20

interface LicenseListProps {
  list: UseQueryResult<LicenseRow[]>
  model: string | undefined
  onModel: (model: string | undefined) => void
  onImport: () => void
  onExplain: (model: string) => void
}

const holds = ({ model, lid, issuer, license }: LicenseRow, text: string): boolean =>
  [model, lid, issuer, license?.sub ?? '', license?.terms.type ?? ''].some((part) =>
    part.toLowerCase().includes(text.toLowerCase()),
  )

export function LicenseList({ list, model, onModel, onImport, onExplain }: LicenseListProps) {
  const [shown, setShown] = useState(shownAtFirst)
  return (
    <Loaded query={list} what="the licenses" lines={10}>
      {(all) => {
        const fitting = model ? all.filter((row) => holds(row, model)) : all
        const rows = urgentFirst(fitting.filter((row) => !isHistory(row)))
        const history = fitting.filter(isHistory)
        const current = all.filter((row) => !isHistory(row))
        if (all.length === 0)
          return (
            <Card>
              <EmptyState
                title="Licenses of other publishers will be listed here"
                actions={<Button onClick={onImport}>Import a license</Button>}
              >
                Your own models need none. Drop a file that ends in .license on this page, or ask the
                publisher of a model for one.
              </EmptyState>
            </Card>
          )
        return (
          <Stack>
            <div className={css.toolbar}>
              <TextInput
                aria-label="Filter by model, holder, issuer or type"
                placeholder="Model, holder, issuer or type"
                data-page-filter
                className={css.filter}
                value={model ?? ''}
                onKeyDown={clearOnEscape(model ?? '', () => onModel(undefined))}
                onChange={(event) => onModel(event.currentTarget.value || undefined)}
              />
              <span className={css.muted} role="status">
                {fitting.length === all.length
                  ? formatCount(rows.length, 'licenses')
                  : `${rows.length} of ${formatCount(current.length, 'licenses')}`}
              </span>
            </div>
            {fitting.length === 0 && (
              <Card>
                <EmptyState
                  title="No license fits this filter"
                  actions={<Button onClick={() => onModel(undefined)}>Clear the filter</Button>}
                >
                  A model of another publisher needs one. Ask for it, and import the answer here.
                </EmptyState>
              </Card>
            )}
            {rows.slice(0, shown).map((row) => (
              <LicenseCard key={`${row.lid} ${row.seq}`} row={row} onExplain={() => onExplain(row.model)} />
            ))}
            {rows.length > shown && (
              <div>
                <Button onClick={() => setShown(shown + shownAtFirst)}>
                  Show {Math.min(shownAtFirst, rows.length - shown)} more
                </Button>
              </div>
            )}
            {history.length > 0 && (
              <LicenseHistory rows={history} kept={new Set(current.map(({ lid }) => lid))} />
            )}
          </Stack>
        )
      }}
    </Loaded>
  )
}
