/** A license as a person reads it: what it allows, then every clause as a sentence. */
import type { LicensePayload } from '../../../src-main/contract/license/documents.ts'
import { clausesInWords } from '../../../src-main/contract/license/words.ts'
import { Facts } from '../page.tsx'
import css from './license.module.css'
import { inScreenWords } from './license-words.ts'
import { RightsMatrix } from './rights-matrix.tsx'

interface Props {
  license: LicensePayload
  /** The fingerprint of this machine, where the license holds on it. */
  here?: string | undefined
}

export function LicenseText({ license, here }: Props) {
  return (
    <div className={css.text}>
      <RightsMatrix terms={license.terms} meanings />
      <Facts
        items={clausesInWords(license, here).map(({ title, text }) => [title, inScreenWords(text)] as const)}
      />
    </div>
  )
}
