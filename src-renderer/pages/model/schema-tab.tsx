/** What goes in and what comes out, how it is prepared, and what the graph is made of. */
import type { InputSchema, OutputSchema } from '../../../src-main/contract/package.ts'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { Chip } from '../../components/chip.tsx'
import { formatNumber } from '../../components/format.ts'
import { Card, Columns, Facts, Stack } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { None } from '../../components/values.tsx'
import { GraphCard, OperatorsCard } from './graph-card.tsx'
import style from './model.module.css'

/** FP32 [batch, 3, 240, 320]: a varying dimension by its name, or a question mark. */
function tensorShape({ datatype, shape, dimensions }: TensorSpec): string {
  const sides = shape.map((side, at) => (side === -1 ? (dimensions?.[at] ?? '?') : String(side)))
  return `${datatype} [${sides.join(', ')}]`
}

export function SchemaTab({ version }: { version: VersionDetail }) {
  const { descriptor, graph } = version
  const specs = new Map(
    [...(graph?.inputs ?? []), ...(graph?.outputs ?? [])].map((spec) => [spec.name, spec]),
  )
  return (
    <Columns>
      <Stack>
        {descriptor.inputs.map((input) => (
          <Card
            key={input.tensor}
            title={input.title ?? input.tensor}
            chips={<Chip>{inputKinds[input.kind]}</Chip>}
            note="goes in"
          >
            {input.description && <p>{input.description}</p>}
            <Facts
              items={[
                ['Tensor', <Tensor key="tensor" name={input.tensor} spec={specs.get(input.tensor)} />],
                ...preparation(input),
              ]}
            />
            {input.kind === 'fields' && <Fields input={input} />}
          </Card>
        ))}
        <RawTensors title="Other tensors that go in" specs={graph?.inputs} described={descriptor.inputs} />
        {descriptor.outputs.map((output) => (
          <Card
            key={output.tensor}
            title={output.title ?? output.tensor}
            chips={<Chip>{outputKinds[output.kind]}</Chip>}
            note="comes out"
          >
            {output.description && <p>{output.description}</p>}
            <Facts
              items={[
                ['Tensor', <Tensor key="tensor" name={output.tensor} spec={specs.get(output.tensor)} />],
                ...finish(output, version),
              ]}
            />
          </Card>
        ))}
        <RawTensors
          title="Other tensors that come out"
          specs={graph?.outputs}
          described={descriptor.outputs}
        />
      </Stack>
      <Stack>
        {graph ? (
          <>
            <GraphCard graph={graph} />
            <OperatorsCard graph={graph} />
          </>
        ) : (
          <Card title="Graph">
            <p className={style.muted}>The model file was not looked into.</p>
          </Card>
        )}
      </Stack>
    </Columns>
  )
}

const inputKinds: Record<InputSchema['kind'], string> = {
  image: 'Picture',
  fields: 'Fields',
  text: 'Text',
  tensor: 'Tensor',
}
const outputKinds: Record<OutputSchema['kind'], string> = {
  classes: 'Classes',
  embedding: 'Embedding',
  tensor: 'Tensor',
}

function Tensor({ name, spec }: { name: string; spec: TensorSpec | undefined }) {
  return (
    <code>
      {name} {spec ? tensorShape(spec) : ''}
    </code>
  )
}

type Fact = readonly [label: string, value: string]

const shares = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4))).join(', ')

function preparation(input: InputSchema): Fact[] {
  if (input.kind === 'text') return [['Characters', `at most ${formatNumber(input.charsMax)}`]]
  if (input.kind !== 'image') return []
  const resize = { stretch: 'stretched', contain: 'fitted in, with bars', cover: 'cut to fill' }[input.resize]
  return [
    ['Size', `${input.width} × ${input.height} pixels, ${resize}`],
    ['Channels', input.channels === 'L' ? 'grey' : input.channels],
    [
      'Values',
      `(pixel × ${formatNumber(Number(input.scale.toPrecision(4)))} − ${shares(input.mean)}) ÷ ${shares(input.std)}${input.invert ? ', inverted' : ''}`,
    ],
    ['Layout', input.layout],
  ]
}

const poolings = {
  none: 'none: one vector an item',
  mean: 'the mean of the tokens',
  cls: 'the first token',
}

function finish(output: OutputSchema, version: VersionDetail): Fact[] {
  if (output.kind === 'embedding') {
    return [
      ['Pooling', poolings[output.pooling]],
      ['Length', output.normalize ? 'normalized to 1' : 'as the model gives it'],
    ]
  }
  if (output.kind !== 'classes') return []
  const labels = output.labels ?? version.labels[output.tensor] ?? []
  const some = labels.slice(0, 8).join(', ')
  return [
    ['Scores', output.activation === 'none' ? 'as the model gives them' : `by ${output.activation}`],
    ['Answer', `the best ${formatNumber(output.topK)}`],
    ['Labels', labels.length > 8 ? `${some} and ${formatNumber(labels.length - 8)} more` : some || 'none'],
  ]
}

function Fields({ input }: { input: Extract<InputSchema, { kind: 'fields' }> }) {
  return (
    <PlainTable
      label={`Fields of ${input.tensor}`}
      columns={[
        { title: 'Field' },
        { title: 'Unit' },
        { title: 'From', align: 'end' },
        { title: 'To', align: 'end' },
        { title: 'Default', align: 'end' },
      ]}
      rows={input.fields.map((field) => ({
        key: field.name,
        cells: [
          <span key="name" title={field.description}>
            {field.title ?? field.name}
          </span>,
          field.unit ?? <None key="unit">no unit</None>,
          bound(field.min),
          bound(field.max),
          bound(field.default),
        ],
      }))}
    />
  )
}

const bound = (value: number | undefined) =>
  value === undefined ? <None key="none">not stated</None> : formatNumber(value)

function RawTensors({
  title,
  specs = [],
  described,
}: {
  title: string
  specs: readonly TensorSpec[] | undefined
  described: readonly { tensor: string }[]
}) {
  const rest = specs.filter(({ name }) => !described.some(({ tensor }) => tensor === name))
  if (rest.length === 0) return null
  return (
    <Card title={title}>
      <Facts
        items={rest.map((spec) => [spec.name, <code key={spec.name}>{tensorShape(spec)}</code>] as const)}
      />
    </Card>
  )
}
