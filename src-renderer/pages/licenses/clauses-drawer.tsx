/** The license whole, in words; and the key that signed it. */
import { Drawer } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { LicensePayload } from '../../../src-main/contract/license/documents.ts'
import type { LicenseRow } from '../../../src-main/contract/license/views.ts'
import { orpc } from '../../client.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { Disclosure } from '../../components/disclosure.tsx'
import { LicenseText } from '../../components/license/license-text.tsx'
import { typeWords } from '../../components/license/license-words.ts'
import { Facts, Stack } from '../../components/page.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { Digest, None, Time } from '../../components/values.tsx'

type Props = { row: LicenseRow; license: LicensePayload; onClose: () => void }

export function ClausesDrawer({ row, license, onClose }: Props) {
  useFocusBack()
  const node = useQuery(orpc.licenses.node.queryOptions()).data
  return (
    <Drawer opened onClose={onClose} title={`${typeWords(license.terms.type)} license for ${row.model}`}>
      <Stack>
        <LicenseText license={license} here={row.binding.state === 'mismatch' ? undefined : node?.nodeId} />
        <Facts
          items={[
            ['Holder', license.sub],
            ['Issuer', row.issuer],
            ['Renewal', license.contact === '' ? <None key="contact">not stated</None> : license.contact],
            [
              'Signed with',
              row.kid ? (
                <Digest key="kid" value={row.kid} what="fingerprint" whole />
              ) : (
                <None key="kid">unknown</None>
              ),
            ],
            ['Imported', <Time key="at" at={row.installedAt} as="date" />],
            ['Imported by', row.installedBy],
            [
              'License',
              <span key="lid">
                <code>{row.lid}</code>, issue {row.seq}
              </span>,
            ],
          ]}
        />
        <Disclosure title="All that the document says">
          <CodeBlock text={JSON.stringify(license, null, 2)} label="Document" />
        </Disclosure>
      </Stack>
    </Drawer>
  )
}
