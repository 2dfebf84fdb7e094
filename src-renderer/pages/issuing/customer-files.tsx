/** What customers send: requests begin a license, usage reports get a receipt, proofs of a move are checked. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { IssuedLicense } from '../../../src-main/contract/license/issuing.ts'
import { client } from '../../client.ts'
import { DocumentDrop, type DroppedDocument } from '../../components/document-drop.tsx'
import { Card } from '../../components/page.tsx'
import { reportDone, reportFailure } from '../../components/report.tsx'
import { saveDocument } from '../../data/save-text.ts'
import { emptyForm, presetOf, renewalOf, type Start } from './draft.ts'
import css from './issuing.module.css'

export function CustomerFiles({ onRequest }: { onRequest: (start: Start) => void }) {
  const [country, setCountry] = useState('')
  const take = async (documents: readonly DroppedDocument[]) => {
    for (const one of documents) {
      try {
        await taken(one, country, onRequest)
      } catch (error) {
        reportFailure(`${one.name} was not taken`, error)
      }
    }
  }
  return (
    <Card title="From customers" note="requests, usage reports, proofs of a move">
      <DocumentDrop
        title="Drop what a customer sent"
        note="A request opens the form; a usage report gets its receipt; a proof of a move is checked."
        action="Choose files"
        onDocuments={(documents) => void take(documents)}
      />
      <div className={css.line}>
        <TextInput
          label="Attest the country of the site in receipts"
          description="As DE, where a license asks for your word; empty: none"
          value={country}
          onChange={(event) => setCountry(event.currentTarget.value.toUpperCase())}
          maxLength={2}
        />
        <Button
          onClick={() =>
            client.issuing.time({ node: null }).then(
              (made) => {
                saveDocument(made)
                reportDone(
                  'The time is signed',
                  'For a machine whose clock was lost: it is imported like a license.',
                )
              },
              (error: unknown) => reportFailure('The time was not signed', error),
            )
          }
        >
          Sign the time
        </Button>
      </div>
    </Card>
  )
}

/** What it is stands in its header; the node refuses what it is not. */
function kindOf(document: string): string {
  try {
    const header = atob((document.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
    return String((JSON.parse(header) as { typ?: unknown }).typ)
  } catch {
    return '' // the node says what is wrong with it
  }
}

async function taken(
  { name, document }: DroppedDocument,
  country: string,
  onRequest: (start: Start) => void,
): Promise<void> {
  switch (kindOf(document)) {
    case 'outpost-usage-report+jws': {
      const receipt = await client.issuing.receipt({
        report: document,
        country: country === '' ? null : country,
      })
      saveDocument(receipt)
      reportDone(
        'The receipt is saved',
        receipt.problems.join(' ') || 'Send it back: the customer’s node has then heard of you.',
      )
      return
    }
    case 'outpost-deactivation+jws': {
      const proof = await client.issuing.moved({ document })
      reportDone(
        `“${proof.name}” gave the license up`,
        `It was of ${proof.license.account}. Issue its next document for the new machine.`,
      )
      return
    }
    default: {
      const { request } = await client.issuing.openRequest({ document })
      const { wants } = request
      const requests = [{ name: `${request.node.name} (${name})`, document }]
      const former = await issuedHere(wants.lid)
      if (wants.note !== '') reportDone(`What ${request.node.name} notes`, wants.note)
      if (former) return onRequest({ ...renewalOf(former), requests })
      const known = ['COMMUNITY', 'DEVELOPER', 'PROFESSIONAL', 'ENTERPRISE'] as const
      const type = known.find((one) => one === wants.type) ?? 'DEVELOPER'
      onRequest({
        ...emptyForm(wants.model),
        ...presetOf(type),
        range: wants.range,
        account: wants.account,
        requests,
      })
    }
  }
}

/** A request may name a license that another node has issued. */
async function issuedHere(lid: string | null): Promise<IssuedLicense | undefined> {
  if (lid === null) return undefined
  const issued = await client.issuing.list()
  return issued.find((one) => one.lid === lid)
}
