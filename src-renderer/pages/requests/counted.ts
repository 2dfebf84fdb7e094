/** What a call counted on its license, in words: of what was refused or sent again, why nothing did. */
import type { RequestRow } from '../../../src-main/contract/views.ts'
import { formatCount } from '../../components/format.ts'
import { inScreenWords } from '../../components/license/license-words.ts'

type Counted = Pick<RequestRow, 'code' | 'units' | 'credits' | 'period'>

export function countedInWords({ code, units, credits, period }: Counted): string {
  if (code !== null) return 'nothing'
  // Whatever is answered counts one unit at least, but for this.
  if (units === 0) return 'nothing, an earlier request under the same Idempotency-Key was counted'
  const ofMonth = period === null ? '' : ` of ${inScreenWords(period)}`
  return `${formatCount(units, 'units')}${ofMonth}${credits === 0 ? '' : `, ${formatCount(credits, 'credits')}`}`
}
