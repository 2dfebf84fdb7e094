/** One input of the model: what it is made from, and the settings of that kind. */
import { Select, TextInput } from '@mantine/core'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { Card } from '../../components/page.tsx'
import type { TensorForm } from './descriptor.ts'
import { FieldsSettings } from './fields-settings.tsx'
import { ImageSettings } from './image-settings.tsx'
import css from './package.module.css'
import { beginInput, textOf } from './tensor-forms.ts'

const kinds = [
  { value: 'image', label: 'A picture' },
  { value: 'fields', label: 'A row of named numbers' },
  { value: 'text', label: 'A text' },
  { value: 'tensor', label: 'The tensor as it is' },
]

type Props = {
  id: string
  spec: TensorSpec
  form: TensorForm
  error: string | null
  onChange: (form: TensorForm) => void
}

export function InputEditor({ id, spec, form, error, onChange }: Props) {
  const set = (name: string, value: unknown) =>
    onChange({ ...form, [name]: value === '' ? undefined : value })
  return (
    <Card
      title={`Input ${spec.name}`}
      note={`${spec.datatype}, ${spec.shape.map((size) => (size < 0 ? 'any' : size)).join(' × ')}`}
    >
      <div className={css.pair}>
        <Select
          id={id}
          label="Made from"
          data={kinds}
          value={form.kind}
          error={error}
          allowDeselect={false}
          onChange={(kind) => kind !== null && kind !== form.kind && onChange(beginInput(kind, spec, form))}
        />
        <TextInput
          label="Title"
          description="What the form calls it"
          placeholder={spec.name}
          value={textOf(form, 'title')}
          onChange={(event) => set('title', event.currentTarget.value)}
        />
      </div>
      {form.kind === 'image' && <ImageSettings form={form} set={set} />}
      {form.kind === 'fields' && <FieldsSettings form={form} set={set} />}
      {form.kind === 'text' && (
        <TextInput
          label="Placeholder"
          description="An example of what to write"
          value={textOf(form, 'placeholder')}
          onChange={(event) => set('placeholder', event.currentTarget.value)}
        />
      )}
    </Card>
  )
}
