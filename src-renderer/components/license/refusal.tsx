/** Why something was refused by a license: the clause, what stands against it, and the way out, with the code. */
import type { Failure } from '../../../src-main/contract/views.ts'
import { failureOf } from '../../data/failure.ts'
import { LinkButton } from '../link-button.tsx'
import { Facts } from '../page.tsx'
import { ErrorNotice } from '../states.tsx'

const codes = /^(LIC_|QUOTA_EXCEEDED$|CREDITS_INSUFFICIENT$|STATE_MISSING$)/

export const isLicenseRefusal = ({ code }: Pick<Failure, 'code'>): boolean => codes.test(code)

const words = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

interface RefusalNoticeProps {
  error: unknown
  what: string
  unchanged?: string
  model: string | null
}

/** Any failure; one of a license also tells its clause and the way on. */
export function RefusalNotice({ error, what, unchanged, model }: RefusalNoticeProps) {
  const failure = failureOf(error)
  const rest = unchanged === undefined ? {} : { unchanged }
  if (!isLicenseRefusal(failure)) return <ErrorNotice error={error} what={what} {...rest} />
  const { clause, evidence, remedy } = failure.details ?? {}
  const facts = [
    ['The license says', words(clause)],
    ['Found', words(evidence)],
    ['Way out', words(remedy) ?? failure.hint ?? null],
  ] as const
  const shown = facts.flatMap(([label, text]) => (text === null ? [] : [[label, text] as const]))
  const search = model === null ? {} : { model }
  return (
    <>
      <ErrorNotice
        error={error}
        what={what}
        {...rest}
        actions={
          <LinkButton to="/licenses" search={search} size="xs">
            {failure.code === 'LIC_NONE' ? 'Ask for a license' : 'Renew or see the license'}
          </LinkButton>
        }
      />
      {shown.length > 0 && <Facts items={shown} />}
    </>
  )
}
