/** Whom a license is for: the model and its versions, the customer, the machines, the time. */
import { Button, NumberInput, SimpleGrid, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { machineInWords } from '../../../src-main/contract/license/words.ts'
import { orpc } from '../../client.ts'
import { DocumentDrop } from '../../components/document-drop.tsx'
import type { Form } from './draft.ts'
import css from './issuing.module.css'
import { SealedWeights } from './sealed-weights.tsx'

interface Props {
  form: Form
  publisher: string
  onChange: (part: Partial<Form>) => void
}

export function WhoFields({ form, publisher, onChange }: Props) {
  const text = (name: 'model' | 'range' | 'account' | 'contact' | 'site') => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [name]: event.currentTarget.value }),
  })
  return (
    <fieldset className={css.group}>
      <legend>For whom</legend>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput
          label="Model"
          placeholder={`${publisher}.name`}
          required
          disabled={form.renews !== null}
          data-autofocus
          {...text('model')}
        />
        <TextInput label="Versions" description="* for all, 1.x, ^1.2 or 1.2.0" {...text('range')} />
        <TextInput label="Customer" required {...text('account')} />
        <TextInput
          label="Where to renew"
          description="A mail address or a page; shown to the customer"
          {...text('contact')}
        />
        <TextInput
          type="date"
          label="From"
          description="Empty: at once"
          value={form.startsOn}
          onChange={(event) => onChange({ startsOn: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label="Ends before"
          description="Empty: without end"
          value={form.endsOn}
          onChange={(event) => onChange({ endsOn: event.currentTarget.value })}
        />
        <Extension form={form} onChange={onChange} />
        <TextInput label="Site" description="Empty: any of the customer’s" {...text('site')} />
        <NumberInput
          label="Emergency codes"
          description="Each is read out once and is good for seven days"
          value={form.emergencyCodes}
          onChange={(value) => onChange({ emergencyCodes: Number(value) || 0 })}
          min={0}
          max={16}
          allowDecimal={false}
        />
        <OptionalDays
          label="Must report every … days"
          description="Empty: an air gap is fine"
          value={form.offlineDaysMax}
          onChange={(offlineDaysMax) => onChange({ offlineDaysMax })}
        />
        <OptionalDays
          label="Needs revocations of … days"
          description="Empty: no list is asked for"
          value={form.revocationsDaysMax}
          onChange={(revocationsDaysMax) => onChange({ revocationsDaysMax })}
        />
      </SimpleGrid>
      <Switch
        label="A trial"
        checked={form.trial}
        onChange={(event) => onChange({ trial: event.currentTarget.checked })}
        mt="sm"
      />
      <div className={css.machines}>
        <DocumentDrop
          title="Machines that it is bound to"
          note="Drop the request files of the customer. Without one the license holds on any machine."
          action="Choose request files"
          onDocuments={(documents) => onChange({ requests: [...form.requests, ...documents] })}
        />
        {form.requests.map(({ name, document }) => (
          <p key={document} className={css.machine}>
            <RequestName name={name} document={document} />
            <Button
              size="compact-xs"
              onClick={() => onChange({ requests: form.requests.filter((one) => one.document !== document) })}
              aria-label={`Leave out ${name}`}
            >
              Leave out
            </Button>
          </p>
        ))}
      </div>
      <SealedWeights form={form} onChange={onChange} />
    </fieldset>
  )
}

/** The machine that it is of, as far as it can be read; what is wrong with it the preview says. */
function RequestName({ name, document }: Form['requests'][number]) {
  const opened = useQuery(orpc.issuing.openRequest.queryOptions({ input: { document }, retry: false })).data
  return <span>{opened ? `${machineInWords(opened.request.node)}, ${name}` : name}</span>
}

/** Asking for more requests buys no time: the issuer adds it, or does not. */
function Extension({ form: { extension, endsOn }, onChange }: Omit<Props, 'publisher'>) {
  if (extension === null) return null
  const kept = endsOn === extension.keptOn
  return (
    <p className={css.extension}>
      <span>
        {kept ? 'It ends when the document before does.' : 'The document before ends on another day.'}
      </span>
      <Button
        size="compact-xs"
        onClick={() => onChange({ endsOn: kept ? extension.endsOn : extension.keptOn })}
      >
        {kept ? `Extend by ${extension.days} days` : 'Keep the end'}
      </Button>
    </p>
  )
}

const OptionalDays = ({
  label,
  description,
  value,
  onChange,
}: {
  label: string
  description: string
  value: number | null
  onChange: (value: number | null) => void
}) => (
  <NumberInput
    label={label}
    description={description}
    value={value ?? ''}
    onChange={(given) => onChange(given === '' ? null : Number(given))}
    min={1}
    max={3650}
    allowDecimal={false}
  />
)
