/** That a version is deprecated, wherever it is named; until when, and what takes its place, on hover. */
import type { VersionRow } from '../../src-main/contract/views.ts'
import { Chip } from './chip.tsx'
import { formatDate } from './format.ts'

type Props = { of: Pick<VersionRow, 'deprecatedAt' | 'sunsetAt' | 'replacement'> | undefined }

export function DeprecationChip({ of: version }: Props) {
  if (!version?.deprecatedAt) return null
  const { sunsetAt, replacement } = version
  const title = [
    sunsetAt ? `Supported until ${formatDate(sunsetAt)}.` : 'Without a sunset date.',
    ...(replacement ? [`Replacement: ${replacement}.`] : []),
  ].join(' ')
  return (
    <span title={title}>
      <Chip tone="warn">Deprecated</Chip>
    </span>
  )
}
