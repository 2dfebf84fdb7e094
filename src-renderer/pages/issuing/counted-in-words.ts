/** What an issued license lets one ask in a month. */
import type { IssuedLicense } from '../../../src-main/contract/license/issuing.ts'
import { formatCount } from '../../components/format.ts'

export function countedInWords({ license: { terms } }: IssuedLicense): string {
  const { max, unit } = terms.quota
  return max === null ? 'without a limit' : `${formatCount(max, `${unit}s`)} a month`
}
