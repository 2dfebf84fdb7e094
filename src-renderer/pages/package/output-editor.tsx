/** One output of the model: scores over classes with labels, an embedding, or numbers that are passed on as they are. */
import { NumberInput, Select, Switch, TextInput } from '@mantine/core'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { Card } from '../../components/page.tsx'
import type { TensorForm } from './descriptor.ts'
import css from './package.module.css'
import { beginOutput, flagOf, numberOf, textOf } from './tensor-forms.ts'

const kinds = [
  { value: 'classes', label: 'Scores over classes' },
  { value: 'embedding', label: 'An embedding: a vector to compare' },
  { value: 'tensor', label: 'Numbers as they are' },
]
const activations = [
  { value: 'none', label: 'None: the scores are final' },
  { value: 'softmax', label: 'Softmax: one class is right' },
  { value: 'sigmoid', label: 'Sigmoid: several may be' },
]
const poolings = [
  { value: 'none', label: 'None: the model gives one vector an item' },
  { value: 'mean', label: 'The mean of the tokens that count' },
  { value: 'cls', label: 'The first token' },
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
          onChange={(kind) => kind !== null && kind !== form.kind && onChange(beginOutput(kind, spec))}
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
      {form.kind === 'embedding' && (
        <>
          <div className={css.pair}>
            <Select
              label="Tokens become one vector by"
              data={poolings}
              value={textOf(form, 'pooling') || 'none'}
              allowDeselect={false}
              onChange={(pooling) =>
                onChange({ ...form, pooling, mask: pooling === 'mean' ? form.mask : undefined })
              }
            />
            {form.pooling === 'mean' && (
              <TextInput
                label="Mask"
                description="The input that has 1 for each token that counts"
                placeholder="attention_mask, where the model has one"
                value={textOf(form, 'mask')}
                onChange={(event) => set('mask', event.currentTarget.value)}
              />
            )}
          </div>
          <div className={css.flags}>
            <Switch
              label="Normalized"
              description="To a length of 1, so that the product of two says how near they are"
              checked={flagOf(form, 'normalize')}
              onChange={(event) => set('normalize', event.currentTarget.checked)}
            />
            <Switch
              label="May be cut"
              description="The model was trained so that the first numbers stand for the whole, and a client may ask for fewer"
              checked={flagOf(form, 'truncatable')}
              onChange={(event) => set('truncatable', event.currentTarget.checked)}
            />
          </div>
        </>
      )}
    </Card>
  )
}
