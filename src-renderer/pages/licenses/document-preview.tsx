/** One signed document in the import: its kind and issuer, what it would change, what a person should know before. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { DocumentPreview, TermsChange } from '../../../src-main/contract/license/views.ts'
import { orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { Disclosure } from '../../components/disclosure.tsx'
import { formatDate } from '../../components/format.ts'
import { LicenseText } from '../../components/license/license-text.tsx'
import { inScreenWords, typeWords } from '../../components/license/license-words.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner, Facts } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { ErrorNotice, Loading } from '../../components/states.tsx'
import { Digest } from '../../components/values.tsx'
import css from './licenses.module.css'

const kinds: Record<DocumentPreview['kind'], string> = {
  license: 'License',
  revocations: 'List of revocations',
  keyset: 'Keys of a publisher',
  tranche: 'Credits or requests',
  time: 'Time',
  receipt: 'Receipt',
  recovery: 'Recovery',
  'usage-report': 'Usage report',
  'node-request': 'Request of a machine',
  deactivation: 'Proof of deactivation',
}

/** `failure`: why the file holds no document. */
type Props = { name: string; failure: unknown; query: UseQueryResult<DocumentPreview> | undefined }

export function DocumentPreviewPart({ name, failure, query }: Props) {
  return (
    <section className={css.file} aria-label={name}>
      {query?.data ? (
        <Preview name={name} preview={query.data} />
      ) : (
        <>
          <h3>{name}</h3>
          {failure !== null ? (
            <ErrorNotice error={failure} what={`${name} is no license.`} />
          ) : query?.error ? (
            <ErrorNotice error={query.error} what={`${name} cannot be read as a signed document.`} />
          ) : (
            <Loading what="the document" lines={4} />
          )}
        </>
      )}
    </section>
  )
}

function Preview({ name, preview }: { name: string; preview: DocumentPreview }) {
  const { license, failure, effects, changes, warnings, known, kind, issuer, issuedAt, kid } = preview
  const node = useQuery(orpc.licenses.node.queryOptions()).data
  const here = failure?.code === 'LIC_NODE_MISMATCH' ? undefined : node?.nodeId
  return (
    <>
      <div className={css.inline}>
        <h3>{license ? `${typeWords(license.terms.type)} license for ${license.model.id}` : name}</h3>
        <Chip>{kinds[kind]}</Chip>
        {known && <Chip tone="info">Here already</Chip>}
      </div>
      {failure && (
        <ErrorNotice
          error={failure}
          what="It cannot be imported."
          actions={
            failure.code === 'LIC_KEY_UNKNOWN' || failure.code === 'LIC_ISSUER' ? (
              <LinkButton to="/settings/$section" params={{ section: 'publishers' }} size="xs">
                Trust the publisher
              </LinkButton>
            ) : undefined
          }
        />
      )}
      {warnings.map((warning) => (
        <Banner key={warning} tone="warn" title="Note.">
          {inScreenWords(warning)}
        </Banner>
      ))}
      {effects.length > 0 && (
        <ul aria-label="What changes" className={css.effects}>
          {effects.map((effect) => (
            <li key={effect}>{inScreenWords(effect)}</li>
          ))}
        </ul>
      )}
      {changes && <Changes changes={changes} />}
      {license && <LicenseText license={license} here={here} />}
      <Facts
        items={[
          ...(license ? ([['Holder', license.sub]] as const) : []),
          ['Issuer', issuer],
          ...(license?.contact ? ([['Renewal', license.contact]] as const) : []),
          ['Issued', formatDate(issuedAt)],
          ['Signed with', <Digest key="kid" value={kid} what="fingerprint" whole />],
        ]}
      />
      <Disclosure title="All that the document says">
        <CodeBlock text={JSON.stringify(preview.payload, null, 2)} label="Document" />
      </Disclosure>
    </>
  )
}

/** A renewal beside the document that it replaces: what is not in this table stays as it is. */
function Changes({ changes }: { changes: readonly TermsChange[] }) {
  if (changes.length === 0)
    return <p className={css.muted}>Its terms are those of the document that it replaces.</p>
  return (
    <PlainTable
      label="Beside the document that it replaces"
      columns={[{ title: 'What changes' }, { title: 'Now' }, { title: 'Then' }]}
      rows={changes.map(({ title, before, after }) => ({
        key: title,
        cells: [title, inScreenWords(before), <b key="after">{inScreenWords(after)}</b>],
      }))}
    />
  )
}
