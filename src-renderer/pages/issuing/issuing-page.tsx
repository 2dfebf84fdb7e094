/** The provider's side of licenses: what was issued, what customers send, and the keys that may sign. */
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { formatCount } from '../../components/format.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Page, PageHeader, Stack } from '../../components/page.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { CodeCard } from './code-card.tsx'
import { CustomerFiles } from './customer-files.tsx'
import { emptyForm, renewalOf, type Start } from './draft.ts'
import { IssueDialog } from './issue-dialog.tsx'
import { IssuedTable } from './issued-table.tsx'
import css from './issuing.module.css'
import { KeysCard } from './keys-card.tsx'
import { MachineCard } from './machine-card.tsx'
import { ReportsCard } from './reports-card.tsx'
import { SealCard } from './seal-card.tsx'
import { SignButton } from './sign-button.tsx'
import { TimeCard } from './time-card.tsx'

export function IssuingPage() {
  const cache = useQueryClient()
  const own = useQuery(orpc.publishers.own.queryOptions())
  const issued = useQuery(orpc.issuing.list.queryOptions())
  const [start, setStart] = useState<Start | null>(null)
  const refresh = () => cache.invalidateQueries({ queryKey: orpc.issuing.key() })
  return (
    <Page>
      <PageHeader
        title="Issue licenses"
        note={
          own.data
            ? `For the models of ${own.data.name}, signed with the key of this node. They need no network.`
            : 'For the models of this node’s publisher.'
        }
        actions={
          <>
            <LinkButton to="/help/licensing">Explained</LinkButton>
            <Button variant="filled" onClick={() => setStart({})}>
              Issue a license
            </Button>
          </>
        }
      />
      <Card title="Issued" note="the newest document of each" actions={<SignRevocations />}>
        <Loaded query={issued} what="what was issued">
          {(rows) =>
            rows.length === 0 ? (
              <EmptyState
                title="No license was issued yet"
                actions={<Button onClick={() => setStart({})}>Issue the first one</Button>}
              >
                A license says what a customer may do with a model, on which machines and for how long. The
                file is sent by mail or carried over an air gap.
              </EmptyState>
            ) : (
              <IssuedTable rows={rows} onRenew={(row) => setStart(renewalOf(row))} onChanged={refresh} />
            )
          }
        </Loaded>
      </Card>
      <div className={css.pair}>
        <Stack>
          <CustomerFiles onRequest={setStart} />
          <CodeCard />
        </Stack>
        <Stack>
          <TimeCard />
          <MachineCard />
        </Stack>
      </div>
      <ReportsCard />
      <SealCard publisher={own.data?.name ?? ''} onLicense={setStart} />
      <KeysCard />
      {start && (
        <IssueDialog
          start={{ ...emptyForm(''), ...start }}
          publisher={own.data?.name ?? ''}
          onClose={() => setStart(null)}
          onIssued={refresh}
        />
      )}
    </Page>
  )
}

/** The whole list, signed anew each time: a customer's node takes only a newer one. */
const SignRevocations = () => (
  <SignButton
    sign={() => client.issuing.revocations({})}
    saved="The list of revocations is saved"
    next={({ number, revoked }) =>
      `Number ${number}, with ${formatCount(revoked, 'licenses')}. Send it to your customers.`
    }
    failed="The list was not signed"
  >
    Sign the list of revocations
  </SignButton>
)
