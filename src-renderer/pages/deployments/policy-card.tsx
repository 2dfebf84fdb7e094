/** The rules that an endpoint's traffic goes by, and how it is hosted, in words; each with the dialog that changes it. */
import { Button } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { Card } from '../../components/page.tsx'
import { policyWords } from './policy-words.ts'
import css from './traffic.module.css'

const PolicyDialog = lazy(async () => ({ default: (await import('./policy-dialog.tsx')).PolicyDialog }))
const HostingDialog = lazy(async () => ({ default: (await import('./hosting-dialog.tsx')).HostingDialog }))

export function PolicyCard({ row }: { row: DeploymentRow }) {
  const [editing, edit] = useState(false)
  return (
    <Card title="Traffic rules" actions={<Button onClick={() => edit(true)}>Edit rules</Button>}>
      <ul className={css.list}>
        {policyWords(row.policy).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Suspense>{editing && <PolicyDialog row={row} onClose={() => edit(false)} />}</Suspense>
    </Card>
  )
}

export function HostingButton({ row }: { row: DeploymentRow }) {
  const [editing, edit] = useState(false)
  return (
    <>
      <Button onClick={() => edit(true)}>Edit hosting</Button>
      <Suspense>{editing && <HostingDialog row={row} onClose={() => edit(false)} />}</Suspense>
    </>
  )
}
