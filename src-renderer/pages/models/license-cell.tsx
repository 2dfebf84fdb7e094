/** What the licenses that are installed for a model say, in one chip: one question for all rows of the table. */
import { useQuery } from '@tanstack/react-query'
import type { LicenseRow, LicenseState } from '../../../src-main/contract/license/views.ts'
import { orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { licenseStates, typeWords } from '../../components/license/license-words.ts'
import { None } from '../../components/values.tsx'

export function LicenseCell({ model, own }: { model: string; own: boolean }) {
  const { data: row, isSuccess } = useQuery(
    orpc.licenses.list.queryOptions({
      input: {},
      staleTime: 15_000,
      retry: false,
      select: (rows) => standingOf(rows.filter((one) => one.model === model)),
    }),
  )
  if (!row) return isSuccess && !own ? <Chip tone="bad">Missing</Chip> : <None>no license installed</None>
  const [tone, word] = licenseStates[row.state]
  const type = row.license ? typeWords(row.license.terms.type) : 'Unknown'
  return row.state === 'active' ? (
    <span title={word}>{type}</span>
  ) : (
    <Chip tone={tone}>{short[row.state] ?? word}</Chip>
  )
}

/** The words of the card are longer than the column. */
const short: Partial<Record<LicenseState, string>> = {
  denied: 'Refuses',
  emergency: 'By code',
  next: 'Later',
}

/** One that serves stands for all of them; else the first in the order of the node, which needs a person most. */
const standingOf = (rows: readonly LicenseRow[]): LicenseRow | null =>
  rows.find(({ state }) => state === 'active') ??
  rows.find(({ state }) => state !== 'superseded' && state !== 'deactivated') ??
  null
