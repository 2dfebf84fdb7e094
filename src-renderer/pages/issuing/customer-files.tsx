/** What customers send: requests begin a license, usage reports are shown for a receipt, proofs of a move are checked. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { IssuedLicense } from '../../../src-main/contract/license/issuing.ts'
import type { ReceivedReport } from '../../../src-main/contract/license/reports.ts'
import { client, orpc } from '../../client.ts'
import { DocumentDrop, type DroppedDocument } from '../../components/document-drop.tsx'
import { Card } from '../../components/page.tsx'
import { reportDone, reportFailure } from '../../components/report.tsx'
import { emptyForm, presetOf, renewalOf, type Start } from './draft.ts'
import { ReportDialog } from './report-dialog.tsx'

export function CustomerFiles({ onRequest }: { onRequest: (start: Start) => void }) {
  const cache = useQueryClient()
  const [reports, setReports] = useState<readonly ReceivedReport[]>([])
  const onReport = (report: ReceivedReport) => setReports((waiting) => [...waiting, report])
  const [report] = reports
  const take = async (documents: readonly DroppedDocument[]) => {
    for (const one of documents) {
      try {
        await taken(one, onRequest, onReport)
      } catch (error) {
        reportFailure(`${one.name} was not taken`, error)
      }
    }
    await cache.invalidateQueries({ queryKey: orpc.issuing.reports.key() })
  }
  return (
    <Card title="From customers" note="requests, usage reports, proofs of a move">
      <DocumentDrop
        title="Drop what a customer sent"
        note="A request opens the form; a usage report shows its figures; a proof of a move is checked."
        action="Choose files"
        onDocuments={(documents) => void take(documents)}
      />
      {report && (
        <ReportDialog
          key={report.digest}
          report={report}
          onClose={() => setReports((waiting) => waiting.slice(1))}
        />
      )}
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
  onRequest: (start: Start) => void,
  onReport: (report: ReceivedReport) => void,
): Promise<void> {
  switch (kindOf(document)) {
    case 'outpost-usage-report+jws':
      return onReport(await client.issuing.takeReport({ document }))
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
      const requests = [{ name, document }]
      const former = await issuedHere(wants.lid)
      const note = wants.note === '' ? null : { from: wants.account || request.node.name, text: wants.note }
      if (former) return onRequest({ ...renewalOf(former), requests, note })
      const known = ['COMMUNITY', 'DEVELOPER', 'PROFESSIONAL', 'ENTERPRISE'] as const
      const type = known.find((one) => one === wants.type) ?? 'DEVELOPER'
      onRequest({
        ...emptyForm(wants.model),
        ...presetOf(type),
        range: wants.range,
        account: wants.account,
        requests,
        note,
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
