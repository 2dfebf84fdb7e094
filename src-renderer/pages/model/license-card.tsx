/** What may be done with the version: the license that allows it here, whom to name, and the text as packed. */
import { useQuery } from '@tanstack/react-query'
import type { Explanation } from '../../../src-main/contract/license/views.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { Disclosure } from '../../components/disclosure.tsx'
import { typeWords } from '../../components/license/license-words.ts'
import { QuotaGauge } from '../../components/license/quota-gauge.tsx'
import { RightsMatrix } from '../../components/license/rights-matrix.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Facts } from '../../components/page.tsx'
import style from './model.module.css'

export function LicenseCard({ version }: { version: VersionDetail }) {
  const { descriptor, licenseText, model } = version
  const explained = useQuery(
    orpc.licenses.explain.queryOptions({ input: { model, version: version.version }, retry: false }),
  ).data
  return (
    <Card
      title="License"
      note={descriptor.license.spdx}
      actions={
        explained?.own === false && (
          <LinkButton to="/licenses" search={{ model }} size="xs">
            See the license
          </LinkButton>
        )
      }
    >
      {explained && <Standing explained={explained} />}
      {licenseText ? (
        <Disclosure title="Read the text">
          <CodeBlock text={licenseText} label="License text" />
        </Disclosure>
      ) : (
        <p className={style.muted}>The package brings no license text.</p>
      )}
    </Card>
  )
}

function Standing({ explained: { own, decision, model } }: { explained: Explanation }) {
  const rows = useQuery(
    orpc.licenses.list.queryOptions({ input: { model }, enabled: !own, retry: false }),
  ).data
  if (own)
    return (
      <p className={style.muted}>Signed with a key of this node: it needs no license to be served here.</p>
    )
  const row = rows?.find(
    ({ lid, license }) => license !== null && (decision.lid === null || decision.lid === lid),
  )
  if (!row?.license) return decision.allowed ? null : <p>{decision.clause}</p>
  const { terms } = row.license
  return (
    <>
      <RightsMatrix terms={terms} />
      <QuotaGauge row={row} />
      <Facts
        items={[
          ['Type', typeWords(terms.type)],
          ['Holder', row.license.sub],
          ...(terms.attribution === null ? [] : [['To be named', terms.attribution] as const]),
        ]}
      />
    </>
  )
}
