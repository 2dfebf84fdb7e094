/** How much a license lets one ask in a month, and where. */
import { NumberInput, Select, TagsInput } from '@mantine/core'
import type { LicenseTerms } from '../../../src-main/contract/license/terms.ts'

export function QuotaFields({
  quota,
  onChange,
}: {
  quota: LicenseTerms['quota']
  onChange: (quota: LicenseTerms['quota']) => void
}) {
  return (
    <>
      <NumberInput
        label="Requests a month"
        description="Of UTC; empty: as many as wanted"
        value={quota.max ?? ''}
        onChange={(value) => onChange({ ...quota, max: value === '' ? null : Number(value) })}
        min={0}
        allowDecimal={false}
        thousandSeparator=" "
      />
      <Select
        label="Counted"
        data={[
          { value: 'request', label: 'Each call' },
          { value: 'item', label: 'Each item of a batch' },
        ]}
        value={quota.unit}
        allowDeselect={false}
        onChange={(value) => onChange({ ...quota, unit: value === 'item' ? 'item' : 'request' })}
      />
      {quota.max !== null && (
        <Select
          label="When they are used up"
          data={[
            { value: 'deny', label: 'Refuse what is more' },
            { value: 'overage', label: 'Answer, and bill it apart' },
          ]}
          value={quota.onExceed}
          allowDeselect={false}
          onChange={(value) => onChange({ ...quota, onExceed: value === 'overage' ? 'overage' : 'deny' })}
        />
      )}
    </>
  )
}

/** Two letters each: what is no country is said when the draft is looked at. */
export function Places({
  geography,
  onChange,
}: {
  geography: LicenseTerms['geography']
  onChange: (geography: LicenseTerms['geography']) => void
}) {
  return (
    <>
      <TagsInput
        label="Countries"
        description="As DE, FR or EU; empty: anywhere"
        splitChars={[',', ';', ' ']}
        value={geography.allow ?? []}
        onChange={(codes) => {
          const allow = [...new Set(codes.map((code) => code.trim().toUpperCase()))]
          onChange({ ...geography, allow: allow.length === 0 ? null : allow })
        }}
      />
      {geography.allow !== null && (
        <Select
          label="By whose word"
          data={[
            { value: 'declared', label: 'The customer declares it' },
            { value: 'attested', label: 'You attest it with a receipt' },
          ]}
          value={geography.basis}
          allowDeselect={false}
          onChange={(value) =>
            onChange({ ...geography, basis: value === 'attested' ? 'attested' : 'declared' })
          }
        />
      )}
    </>
  )
}
