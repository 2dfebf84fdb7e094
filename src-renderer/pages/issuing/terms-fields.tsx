/** What a license grants: a preset to begin with, and every field of it. */
import { NumberInput, SimpleGrid, Switch, Textarea, TextInput } from '@mantine/core'
import { type LicenseTerms, licensePresets, licenseType } from '../../../src-main/contract/license/terms.ts'
import { typeWords } from '../../components/license/license-words.ts'
import { type Form, presetOf } from './draft.ts'
import css from './issuing.module.css'
import { Places, QuotaFields } from './limit-fields.tsx'
import { PriceFields } from './price-fields.tsx'

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
