/** The license text as packed. It is read, never parsed: what may be done stands in the words. */
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { Disclosure } from '../../components/disclosure.tsx'
import { Card } from '../../components/page.tsx'
import style from './model.module.css'

export function LicenseCard({ version }: { version: VersionDetail }) {
  const { descriptor, licenseText } = version
  return (
    <Card title="License" note={descriptor.license.spdx}>
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
