/** What a license grants: a preset to begin with, and every field of it. */
import { NumberInput, Select, SimpleGrid, Switch, Textarea, TextInput } from '@mantine/core'
import {
  type LicenseTerms,
  licensePresets,
  licenseType,
  type PriceTerms,
} from '../../../src-main/contract/license/terms.ts'
import { typeWords } from '../../components/license/license-words.ts'
import { type Form, presetOf } from './draft.ts'
import css from './issuing.module.css'

interface Props {
  form: Form
  onChange: (part: Partial<Form>) => void
}

const rights = [
  ['onPremise', 'Serve on their own machines'],
  ['commercialUse', 'Commercial use'],
  ['modification', 'Change the version'],
  ['derivatives', 'Make models of it'],
  ['redistribution', 'Hand it on'],
] as const

export function TermsFields({ form, onChange }: Props) {
  const { terms } = form
  const change = (part: Partial<LicenseTerms>) => onChange({ terms: { ...terms, ...part } })
  return (
    <>
      <fieldset className={css.group}>
        <legend>Type</legend>
        <div className={css.types} role="radiogroup" aria-label="Type of license">
          {licenseType.options.map((type) => (
            <label key={type} className={css.type} data-chosen={terms.type === type || undefined}>
              <input
                type="radio"
                name="type"
                value={type}
                checked={terms.type === type}
                onChange={() => onChange(presetOf(type))}
              />
              <b>{typeWords(type)}</b>
              <span>{licensePresets[type].purpose}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset className={css.group}>
        <legend>Rights</legend>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
          {rights.map(([name, label]) => (
            <Switch
              key={name}
              label={label}
              checked={terms.rights[name]}
              onChange={(event) =>
                change({ rights: { ...terms.rights, [name]: event.currentTarget.checked } })
              }
            />
          ))}
        </SimpleGrid>
        <TextInput
          label="Attribution"
          description="Shown with every answer, {publisher} and {title} filled in; empty: none is asked for"
          value={terms.attribution ?? ''}
          onChange={(event) =>
            change({ attribution: event.currentTarget.value === '' ? null : event.currentTarget.value })
          }
          mt="sm"
        />
      </fieldset>
      <fieldset className={css.group}>
        <legend>Limits</legend>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <QuotaFields quota={terms.quota} onChange={(quota) => change({ quota })} />
          <NumberInput
            label="Machines"
            description={
              terms.nodesMax !== null && form.requests.length === 0 && !form.bound
                ? 'Not enforced without the machines’ request files'
                : 'Empty: as many as wanted'
            }
            value={terms.nodesMax ?? ''}
            onChange={(value) => change({ nodesMax: value === '' ? null : Number(value) })}
            min={1}
            allowDecimal={false}
          />
          <NumberInput
            label="Grace, in days"
            description="After the end, for what was running"
            value={terms.graceDays}
            onChange={(value) => change({ graceDays: Number(value) || 0 })}
            min={0}
            max={366}
            allowDecimal={false}
          />
          <Places geography={terms.geography} onChange={(geography) => change({ geography })} />
        </SimpleGrid>
      </fieldset>
      <fieldset className={css.group}>
        <legend>Price and service</legend>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <PriceFields price={terms.price} onChange={(price) => change({ price })} />
          <NumberInput
            label="Availability, in percent"
            description="Empty: nothing is promised"
            value={terms.serviceLevel.availabilityPercent ?? ''}
            onChange={(value) =>
              change({
                serviceLevel: {
                  ...terms.serviceLevel,
                  availabilityPercent: value === '' ? null : Number(value),
                },
              })
            }
            min={0}
            max={100}
            decimalScale={3}
          />
          <TextInput
            label="Support"
            value={terms.serviceLevel.support}
            onChange={(event) =>
              change({ serviceLevel: { ...terms.serviceLevel, support: event.currentTarget.value } })
            }
          />
        </SimpleGrid>
        <Textarea
          label="Also agreed"
          description="Shown to the customer; the node enforces none of it"
          value={terms.custom}
          onChange={(event) => change({ custom: event.currentTarget.value })}
          autosize
          minRows={2}
          mt="sm"
        />
      </fieldset>
    </>
  )
}

function QuotaFields({
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

/** Two letters each, as they are typed: what is no country is said when the draft is looked at. */
function Places({
  geography,
  onChange,
}: {
  geography: LicenseTerms['geography']
  onChange: (geography: LicenseTerms['geography']) => void
}) {
  return (
    <>
      <TextInput
        label="Countries"
        description="As DE, FR or EU; empty: anywhere"
        value={geography.allow?.join(', ') ?? ''}
        onChange={(event) => {
          const codes = event.currentTarget.value
            .toUpperCase()
            .split(/[\s,]+/)
            .filter((code) => code !== '')
          onChange({ ...geography, allow: codes.length === 0 ? null : codes })
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

function PriceFields({ price, onChange }: { price: PriceTerms; onChange: (price: PriceTerms) => void }) {
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
