/** What the node read out of the ONNX file without running it: interface, operators, where its weights lie. */

import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { Chip } from '../../components/chip.tsx'
import { formatBytes, formatNumber } from '../../components/format.ts'
import { Banner, Card, Columns, Facts } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { EmptyState } from '../../components/states.tsx'
import css from './inspect-step.module.css'
import page from './package.module.css'
import type { StepProps } from './step-props.ts'

export function InspectStep({ draft: { graph, files } }: StepProps) {
  if (graph === null) {
    return (
      <Card title="Inspect">
        <EmptyState title="What is in the model will be shown here">
          There is no readable ONNX file yet. Add one under Files.
        </EmptyState>
      </Card>
    )
  }
  const operators = graph.operators.toSorted((a, b) => b.count - a.count)
  const most = operators[0]?.count ?? 1
  const present = new Set(files.map(({ path }) => path))
  return (
    <>
      {graph.unservable.length > 0 && (
        <Banner tone="bad" title="Cannot be served as it is.">
          {graph.unservable.map(({ name, type }) => `${name} is ${type}`).join('; ')}. Export the model with
          tensors alone.
        </Banner>
      )}
      <Card title="Interface">
        <Tensors label="Inputs" tensors={graph.inputs} />
        <Tensors label="Outputs" tensors={graph.outputs} />
      </Card>
      <Columns>
        <Card title="Model">
          <Facts
            items={[
              ['Parameters', formatNumber(graph.parameterCount)],
              ['Size of the graph', formatBytes(graph.bytes)],
              ['Made by', graph.producer || 'not stated'],
              ['IR version', graph.irVersion],
              [
                'Operator sets',
                graph.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', '),
              ],
            ]}
          />
        </Card>
        <Card
          title="Operators"
          note={`${formatNumber(operators.reduce((sum, { count }) => sum + count, 0))} nodes`}
        >
          <ul className={css.operators}>
            {operators.slice(0, 12).map(({ domain, name, count }) => (
              <li key={`${domain} ${name}`}>
                <code>{domain === '' || domain === 'ai.onnx' ? name : `${domain}.${name}`}</code>
                <span>{formatNumber(count)}</span>
                <span className={css.track} aria-hidden>
                  <span style={{ inlineSize: `${(count / most) * 100}%` }} />
                </span>
              </li>
            ))}
          </ul>
          {operators.length > 12 && <p className={page.muted}>and {operators.length - 12} kinds more</p>}
        </Card>
      </Columns>
      {graph.externalData.length > 0 && (
        <Card title="External data">
          <PlainTable
            label="External data"
            columns={[{ title: 'File' }, { title: 'State' }, { title: 'Needed', align: 'end' }]}
            rows={[...Map.groupBy(graph.externalData, ({ location }) => location)].map(
              ([location, parts]) => ({
                key: location,
                cells: [
                  <code key="file">{location}</code>,
                  present.has(location) ? (
                    <Chip key="state" tone="ok">
                      Here
                    </Chip>
                  ) : (
                    <Chip key="state" tone="bad">
                      Missing
                    </Chip>
                  ),
                  formatBytes(Math.max(...parts.map(({ offset, length }) => offset + length))),
                ],
              }),
            )}
          />
        </Card>
      )}
    </>
  )
}

function Tensors({ label, tensors }: { label: string; tensors: readonly TensorSpec[] }) {
  return (
    <PlainTable
      label={label}
      columns={[{ title: label }, { title: 'Datatype', width: '120px' }, { title: 'Shape', width: '45%' }]}
      rows={tensors.map((tensor) => ({
        key: tensor.name,
        cells: [<code key="name">{tensor.name}</code>, tensor.datatype, shapeOf(tensor)],
      }))}
    />
  )
}

const shapeOf = ({ shape, dimensions }: TensorSpec) =>
  shape.map((size, axis) => (size < 0 ? (dimensions?.[axis] ?? 'any') : size)).join(' × ') || 'scalar'
