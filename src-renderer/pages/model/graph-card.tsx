/** The ONNX graph in figures: format, producer, parameters, and its operators by how often they occur. */
import type { GraphSummary } from '../../../src-main/contract/package.ts'
import { formatBytes, formatNumber } from '../../components/format.ts'
import { Banner, Card, Facts } from '../../components/page.tsx'
import { None } from '../../components/values.tsx'
import style from './model.module.css'

/** The domain of ONNX's own operators, which a file may leave empty. */
const standard = 'ai.onnx'
const domainOf = (domain: string) => domain || standard

export function GraphCard({ graph }: { graph: GraphSummary }) {
  return (
    <Card title="Graph">
      {graph.unservable.length > 0 && (
        <Banner tone="warn" title="Not all of it can be served.">
          {graph.unservable.map(({ name, type }) => `${name} is ${type}`).join('; ')}
        </Banner>
      )}
      <Facts
        items={[
          ['Format', `ONNX, IR version ${graph.irVersion}`],
          [
            'Operator sets',
            graph.opsets.map(({ domain, version }) => `${domainOf(domain)} ${version}`).join(', '),
          ],
          ['Producer', graph.producer || <None key="none">not stated</None>],
          ['Parameters', formatNumber(graph.parameterCount)],
          ['File', formatBytes(graph.bytes)],
          [
            'External data',
            graph.externalData.length > 0 ? (
              `${new Set(graph.externalData.map(({ location }) => location)).size} files, ${formatBytes(
                graph.externalData.reduce((sum, { length }) => sum + length, 0),
              )}`
            ) : (
              <None key="none">none</None>
            ),
          ],
        ]}
      />
    </Card>
  )
}

export function OperatorsCard({ graph }: { graph: GraphSummary }) {
  const operators = graph.operators.toSorted((a, b) => b.count - a.count || a.name.localeCompare(b.name))
  const most = operators[0]?.count ?? 1
  const nodes = operators.reduce((sum, { count }) => sum + count, 0)
  return (
    <Card title="Operators" note={`${formatNumber(nodes)} nodes of ${formatNumber(operators.length)} kinds`}>
      <table className={style.operators}>
        <thead>
          <tr>
            <th scope="col">Operator</th>
            <th scope="col">Nodes</th>
            <th scope="col" aria-label="Share" />
          </tr>
        </thead>
        <tbody>
          {operators.map(({ domain, name, count }) => (
            <tr key={`${domain}/${name}`}>
              <td>
                <code>{domainOf(domain) === standard ? name : `${domain}.${name}`}</code>
              </td>
              <td>{formatNumber(count)}</td>
              <td aria-hidden>
                <span className={style.bar} style={{ width: `${(count / most) * 100}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}
