/** One output of the model: scores over classes with labels, or numbers that are passed on as they are. */
import { NumberInput, Select, TextInput } from '@mantine/core'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { Card } from '../../components/page.tsx'
import type { TensorForm } from './descriptor.ts'
import css from './package.module.css'
import { numberOf, textOf } from './tensor-forms.ts'

const kinds = [
  { value: 'classes', label: 'Scores over classes' },
  { value: 'tensor', label: 'Numbers as they are' },
]
const activations = [
  { value: 'none', label: 'None: the scores are final' },
  { value: 'softmax', label: 'Softmax: one class is right' },
  { value: 'sigmoid', label: 'Sigmoid: several may be' },
]

type Props = { id: string; spec: TensorSpec; form: TensorForm; onChange: (form: TensorForm) => void }

export function OutputEditor({ id, spec, form, onChange }: Props) {
  const set = (name: string, value: unknown) =>
    onChange({ ...form, [name]: value === '' ? undefined : value })
  return (
    <Card
      title={`Output ${spec.name}`}
      note={`${spec.datatype}, ${spec.shape.map((size) => (size < 0 ? 'any' : size)).join(' × ')}`}
    >
      <div className={css.pair}>
        <Select
          id={id}
          label="Means"
          data={kinds}
          value={form.kind}
          allowDeselect={false}
          onChange={(kind) => kind !== null && kind !== form.kind && onChange({ tensor: spec.name, kind })}
        />
        <TextInput
          label="Title"
          description="What the answer calls it"
          placeholder={spec.name}
          value={textOf(form, 'title')}
          onChange={(event) => set('title', event.currentTarget.value)}
        />
      </div>
      {form.kind === 'classes' && (
        <div className={css.pair}>
          <Select
            label="Turned into shares by"
            data={activations}
            value={textOf(form, 'activation') || 'none'}
            allowDeselect={false}
            onChange={(value) => set('activation', value)}
          />
          <NumberInput
            label="Best classes in the answer"
            min={1}
            placeholder="5"
            value={numberOf(form, 'topK')}
            onChange={(value) => set('topK', value)}
          />
        </div>
      )}
    </Card>
  )
}
