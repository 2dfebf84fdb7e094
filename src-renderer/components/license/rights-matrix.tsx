/** The yes/no matrix of what a license allows: an icon and a word each, so that colour is not needed. */
import { IconCheck, IconX } from '@tabler/icons-react'
import type { LicenseTerms } from '../../../src-main/contract/license/terms.ts'
import { rightsInWords } from '../../../src-main/contract/license/words.ts'
import css from './license.module.css'

export function RightsMatrix({ terms, meanings = false }: { terms: LicenseTerms; meanings?: boolean }) {
  return (
    <ul className={css.matrix} aria-label="What it allows">
      {rightsInWords(terms).map(({ right, title, allowed, meaning }) => (
        <li key={right} data-allowed={allowed || undefined} title={meanings ? undefined : meaning}>
          {allowed ? <IconCheck size={15} aria-hidden /> : <IconX size={15} aria-hidden />}
          <span>
            {title}
            {meanings && <small>{meaning}</small>}
          </span>
          <b>{allowed ? 'Yes' : 'No'}</b>
        </li>
      ))}
    </ul>
  )
}
