/** The named numbers of a row, one line each: in the order of the tensor's last dimension. */
import { TextInput } from '@mantine/core'
import { PlainTable } from '../../components/plain-table.tsx'
import { DecimalInput } from './decimal-input.tsx'
import type { TensorForm } from './descriptor.ts'
import css from './package.module.css'
import { listOf, textOf } from './tensor-forms.ts'

type Props = { form: TensorForm; set: (name: string, value: unknown) => void }

export function FieldsSettings({ form, set }: Props) {
  const fields = listOf(form, 'fields')
  const write = (at: number, name: string, value: unknown) =>
    set('fields', fields.with(at, { ...fields[at], [name]: value === '' ? undefined : value }))
  const text = (at: number, name: string, label: string) => (
    <TextInput
      key={name}
      aria-label={`${label} of field ${at + 1}`}
      value={textOf(fields[at] ?? {}, name)}
      onChange={(event) => write(at, name, event.currentTarget.value)}
    />
  )
  const number = (at: number, name: string, label: string) => (
    <DecimalInput
      key={name}
      aria-label={`${label} of field ${at + 1}`}
      value={fields[at]?.[name]}
      onChange={(value) => write(at, name, value ?? '')}
    />
  )
  return (
    <div className={css.grid}>
      <PlainTable
        label="Fields"
        columns={[
          { title: '#', align: 'end', width: '36px' },
          { title: 'Name' },
          { title: 'Title' },
          { title: 'Unit', width: '104px' },
          { title: 'Least', width: '80px' },
          { title: 'Most', width: '80px' },
          { title: 'Default', width: '80px' },
        ]}
        rows={fields.map((_, at) => ({
          key: String(at),
          cells: [
            at + 1,
            text(at, 'name', 'Name'),
            text(at, 'title', 'Title'),
            text(at, 'unit', 'Unit'),
            number(at, 'min', 'Least value'),
            number(at, 'max', 'Most value'),
            number(at, 'default', 'Default'),
          ],
        }))}
      />
    </div>
  )
}
