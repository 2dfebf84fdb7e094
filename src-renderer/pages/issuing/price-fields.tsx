/** What a license costs, in credits. */
import { NumberInput, Select, Switch } from '@mantine/core'
import type { PriceTerms } from '../../../src-main/contract/license/terms.ts'

const priceKinds: ReadonlyArray<{ value: PriceTerms['kind']; label: string; start: PriceTerms }> = [
  { value: 'free', label: 'Free', start: { kind: 'free' } },
  { value: 'subscription', label: 'Credits a month', start: { kind: 'subscription', creditsPerMonth: 50 } },
  {
    value: 'per-request',
    label: 'Credits a request',
    start: { kind: 'per-request', creditsPerRequest: 1, prepaid: false },
  },
  {
    value: 'per-token',
    label: 'Credits for a thousand tokens',
    start: { kind: 'per-token', creditsPerThousand: 1, prepaid: false },
  },
]

export function PriceFields({
  price,
  onChange,
}: {
  price: PriceTerms
  onChange: (price: PriceTerms) => void
}) {
  return (
    <>
      <Select
        label="Price"
        data={priceKinds.map(({ value, label }) => ({ value, label }))}
        value={price.kind}
        allowDeselect={false}
        onChange={(value) => onChange(priceKinds.find((kind) => kind.value === value)?.start ?? price)}
      />
      {price.kind !== 'free' && (
        <NumberInput
          label="Credits"
          value={creditsOf(price)}
          onChange={(value) => onChange(withCredits(price, Number(value) || 0))}
          min={0}
          allowDecimal={false}
          thousandSeparator=" "
        />
      )}
      {'prepaid' in price && (
        <Switch
          label="Paid beforehand"
          checked={price.prepaid}
          onChange={(event) => onChange({ ...price, prepaid: event.currentTarget.checked })}
        />
      )}
    </>
  )
}

type Priced = Exclude<PriceTerms, { kind: 'free' }>

function creditsOf(price: Priced): number {
  if (price.kind === 'subscription') return price.creditsPerMonth
  return price.kind === 'per-request' ? price.creditsPerRequest : price.creditsPerThousand
}

function withCredits(price: Priced, credits: number): PriceTerms {
  if (price.kind === 'subscription') return { ...price, creditsPerMonth: credits }
  return price.kind === 'per-request'
    ? { ...price, creditsPerRequest: credits }
    : { ...price, creditsPerThousand: credits }
}
