/** What a license will say, in words, before it is signed; and where its fields contradict its type. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { LicensePayload } from '../../../src-main/contract/license/documents.ts'
import { clausesInWords } from '../../../src-main/contract/license/words.ts'
import { inScreenWords, typeWords } from '../../components/license/license-words.ts'
import { RightsMatrix } from '../../components/license/rights-matrix.tsx'
import { Banner } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import css from './issuing.module.css'

export function TermsPreview({
  query: { data, error },
}: {
  query: UseQueryResult<{ license: LicensePayload; conflicts: string[]; warnings: string[] }>
}) {
  if (error) return <ErrorNotice error={error} what="This cannot be signed yet." />
  if (!data) return null
  const { license, conflicts, warnings } = data
  return (
    <div className={css.words}>
      <h3>
        {typeWords(license.terms.type)} license for {license.sub}
      </h3>
      <RightsMatrix terms={license.terms} />
      <dl className={css.clauses}>
        {clausesInWords(license).map(({ title, text }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{inScreenWords(text)}</dd>
          </div>
        ))}
      </dl>
      {warnings.map((warning) => (
        <Banner key={warning} tone="warn" title="Note.">
          {inScreenWords(warning)}
        </Banner>
      ))}
      {conflicts.map((conflict) => (
        <Banner key={conflict} tone="warn" title="Unusual.">
          {inScreenWords(conflict)} The fields are what holds; the customer is asked whether this is meant.
        </Banner>
      ))}
    </div>
  )
}
