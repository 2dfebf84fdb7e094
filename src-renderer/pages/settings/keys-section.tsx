/** API keys: what programs use to call models and to manage the node. Of a key only its beginning is kept. */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { keyRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatDate } from '../../components/format.ts'
import { MoreRows } from '../../components/more-rows.tsx'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { useNow } from '../../components/use-now.ts'
import { None, Time } from '../../components/values.tsx'
import { useGrowingList } from '../../data/growing-list.ts'
import { KeyDialog } from './key-dialog.tsx'
import { RotateKeyDialog } from './rotate-key-dialog.tsx'
import style from './settings.module.css'

type KeyRow = z.infer<typeof keyRow>

export function KeysSection() {
  const cache = useQueryClient()
  const list = useGrowingList<KeyRow>(orpc.keys.list.key({ type: 'infinite' }), (window, signal) =>
    client.keys.list(window, { signal }),
  )
  const [creating, setCreating] = useState(false)
  const [rotating, setRotating] = useState<KeyRow | null>(null)
  const [revoking, setRevoking] = useState<KeyRow | null>(null)
  const create = (
    <Button variant="filled" onClick={() => setCreating(true)}>
      Create a key
    </Button>
  )
  return (
    <Card title="API keys" note="Programs send one as a bearer token." actions={create}>
      <Loaded query={list} what="the API keys">
        {({ rows: keys }) =>
          keys.length === 0 ? (
            <EmptyState
              title="Keys for programs will be listed here"
              actions={<Button onClick={() => setCreating(true)}>Create a key</Button>}
            >
              A program needs a key with the scope infer to call a deployed model.
            </EmptyState>
          ) : (
            <KeyTable keys={keys} onRotate={setRotating} onRevoke={setRevoking} />
          )
        }
      </Loaded>
      <MoreRows list={list} />
      <KeyDialog opened={creating} onClose={() => setCreating(false)} />
      {rotating && <RotateKeyDialog row={rotating} onClose={() => setRotating(null)} />}
      {revoking && (
        <ConfirmDialog
          opened
          onClose={() => setRevoking(null)}
          title={`Revoke the key ${revoking.name}`}
          action={`Revoke ${revoking.name}`}
          onConfirm={async () => {
            await client.keys.revoke({ id: revoking.id })
            await cache.invalidateQueries({ queryKey: orpc.keys.key() })
            reportDone(`${revoking.name} is revoked`, 'Requests with it are refused from now on.')
          }}
        >
          <p>
            Programs that use <b>{revoking.name}</b> (<code>{revoking.prefix}…</code>) get 401 at once. A
            revoked key cannot be brought back.
          </p>
        </ConfirmDialog>
      )}
    </Card>
  )
}

type KeyTableProps = {
  keys: KeyRow[]
  onRotate: (key: KeyRow) => void
  onRevoke: (key: KeyRow) => void
}

function KeyTable({ keys, onRotate, onRevoke }: KeyTableProps) {
  const now = useNow()
  return (
    <PlainTable
      label="API keys"
      columns={[
        { title: 'Name' },
        { title: 'Begins with' },
        { title: 'Scopes' },
        { title: 'State' },
        { title: 'Expires' },
        { title: 'Last used' },
        { title: 'Action', align: 'end' },
      ]}
      rows={keys.map((key) => ({
        key: key.id,
        cells: [
          <b key="name" title={`Created on ${formatDate(key.createdAt)}`}>
            {key.name}
          </b>,
          <code key="prefix" className={style.prefix}>
            {key.prefix}…
          </code>,
          key.scopes.join(', '),
          <KeyState key="state" row={key} now={now} />,
          key.revokedAt !== null ? (
            <None key="expires">revoked</None>
          ) : key.expiresAt === null ? (
            'never'
          ) : (
            <Time key="expires" at={key.expiresAt} />
          ),
          key.lastUsedAt === null ? 'never' : <Time key="used" at={key.lastUsedAt} />,
          key.revokedAt === null && (
            <div key="actions" className={style.rowActions}>
              {!isExpired(key, now) && (
                // A rotated key and its successor have one name: their beginnings tell them apart.
                <Button
                  size="xs"
                  aria-label={`Rotate ${key.name}, ${key.prefix}`}
                  onClick={() => onRotate(key)}
                >
                  Rotate
                </Button>
              )}
              <Button
                size="xs"
                color="bad"
                aria-label={`Revoke ${key.name}, ${key.prefix}`}
                onClick={() => onRevoke(key)}
              >
                Revoke
              </Button>
            </div>
          ),
        ],
      }))}
    />
  )
}

function KeyState({ row, now }: { row: KeyRow; now: number }) {
  if (row.revokedAt !== null) return <Chip>Revoked</Chip>
  if (isExpired(row, now)) return <Chip tone="warn">Expired</Chip>
  return <Chip tone="ok">Valid</Chip>
}

const isExpired = ({ expiresAt }: KeyRow, now: number) => expiresAt !== null && Date.parse(expiresAt) <= now
