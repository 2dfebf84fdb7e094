/** How a picture becomes the tensor: size, channels, layout, and the arithmetic on each pixel, with what it gives. */
import { NumberInput, Select, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { DecimalInput } from './decimal-input.tsx'
import type { TensorForm } from './descriptor.ts'
import css from './package.module.css'
import { flagOf, numberOf, textOf } from './tensor-forms.ts'

type Props = { form: TensorForm; set: (name: string, value: unknown) => void }

const resizes = [
  { value: 'stretch', label: 'Stretch to the size' },
  { value: 'contain', label: 'Fit inside, pad the rest' },
  { value: 'cover', label: 'Fill, cut the rest' },
]
const layouts = [
  { value: 'CHW', label: 'Channels first (CHW)' },
  { value: 'HWC', label: 'Channels last (HWC)' },
  { value: 'flat', label: 'One flat row' },
]
const channels = [
  { value: 'L', label: 'Grey' },
  { value: 'RGB', label: 'RGB' },
  { value: 'BGR', label: 'BGR' },
]

export function ImageSettings({ form, set }: Props) {
  const size = (name: 'width' | 'height', label: string) => (
    <NumberInput
      label={label}
      suffix=" px"
      min={1}
      value={numberOf(form, name)}
      onChange={(value) => set(name, value)}
    />
  )
  const choice = (name: string, label: string, data: { value: string; label: string }[], usual: string) => (
    <Select
      label={label}
      data={data}
      value={textOf(form, name) || usual}
      allowDeselect={false}
      onChange={(value) => set(name, value)}
    />
  )
  return (
    <>
      <div className={css.fields}>
        {size('width', 'Width')}
        {size('height', 'Height')}
        {choice('channels', 'Channels', channels, 'RGB')}
        {choice('layout', 'Layout', layouts, 'CHW')}
        {choice('resize', 'Resize', resizes, 'stretch')}
        <DecimalInput
          label="Scale"
          value={form.scale}
          placeholder="1"
          onChange={(value) => set('scale', value ?? '')}
        />
        <NumbersInput label="Mean" usual="0" numbers={form.mean} onChange={(value) => set('mean', value)} />
        <NumbersInput
          label="Standard deviation"
          usual="1"
          numbers={form.std}
          onChange={(value) => set('std', value)}
        />
      </div>
      <p className={css.muted}>{range(form)}</p>
      <div className={css.flags}>
        <Switch
          label="Invert: the model expects bright strokes on a dark ground"
          checked={flagOf(form, 'invert')}
          onChange={(event) => set('invert', event.currentTarget.checked)}
        />
        <Switch
          label="A person can draw it"
          checked={flagOf(form, 'drawable')}
          onChange={(event) => set('drawable', event.currentTarget.checked)}
        />
      </div>
    </>
  )
}

type NumbersProps = {
  label: string
  usual: string
  numbers: unknown
  onChange: (numbers: number[] | '') => void
}

/** One number for all channels, or one for each, divided by commas. */
function NumbersInput({ label, usual, numbers, onChange }: NumbersProps) {
  const [typed, setTyped] = useState(Array.isArray(numbers) ? numbers.join(', ') : '')
  const parsed = typed.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const wrong = typed.trim() !== '' && parsed.some((number) => !Number.isFinite(number))
  return (
    <TextInput
      label={label}
      placeholder={usual}
      value={typed}
      error={wrong ? 'Numbers divided by commas' : null}
      onChange={(event) => {
        const text = event.currentTarget.value
        setTyped(text)
        const next = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
        if (text.trim() === '') onChange('')
        else if (next.every((number) => Number.isFinite(number))) onChange(next)
      }}
    />
  )
}

function range(form: TensorForm): string {
  const scale = numberOf(form, 'scale') === '' ? 1 : Number(form.scale)
  const [mean = 0] = Array.isArray(form.mean) ? form.mean.map(Number) : []
  const [std = 1] = Array.isArray(form.std) ? form.std.map(Number) : []
  const value = (pixel: number) => Number(((pixel * scale - mean) / std).toPrecision(4))
  return `(pixel × scale − mean) ÷ deviation: black becomes ${value(0)}, white becomes ${value(255)}.`
}
