/** Why something was refused by a license: the clause, what stands against it, and the way out, with the code. */
import { errorCatalogue } from '../../../src-main/contract/errors.ts'
import { failureOf } from '../../data/failure.ts'
import { LinkButton } from '../link-button.tsx'
import { Facts } from '../page.tsx'
import { ErrorNotice } from '../states.tsx'
import { inScreenWords } from './license-words.ts'

const words = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

interface RefusalNoticeProps {
  error: unknown
  what: string
  unchanged?: string
  model: string | null
}

const titles: Record<string, { title: string }> = errorCatalogue

/** Of a failure with a code of licenses. */
export function RefusalNotice({ error, what, unchanged, model }: RefusalNoticeProps) {
  const failure = failureOf(error)
  const rest = unchanged === undefined ? {} : { unchanged }
  const { clause, evidence, remedy } = failure.details ?? {}
  const found = words(evidence)
  const facts = [
    ['The license says', words(clause)],
    ['Found', found],
    ['Way out', words(remedy) ?? failure.hint ?? null],
  ] as const
  const shown = facts.flatMap(([label, text]) =>
    text === null ? [] : [[label, inScreenWords(text)] as const],
  )
  const { code, message, hint, details } = failure
  // What stands in the rows below is not said twice.
  const short =
    found === null
      ? { code, message, ...(hint && { hint: inScreenWords(hint) }), ...(details && { details }) }
      : { code, message: `${titles[code]?.title ?? message}.`, ...(details && { details }) }
  return (
    <>
      <ErrorNotice
        error={short}
        what={what}
        {...rest}
        actions={
          <LinkButton to="/licenses" search={model === null ? {} : { model }} size="xs">
            {code === 'LIC_NONE' ? 'Ask for a license' : 'Renew or see the license'}
          </LinkButton>
        }
      />
      {found !== null && <Facts items={shown} />}
    </>
  )
}
