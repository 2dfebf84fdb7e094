/** Which node this is, and the address that programs send requests to. */
import type { NodeStatus } from '../../../src-main/contract/api/system.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { formatCount, formatNumber } from '../../components/format.ts'
import { Card, Facts } from '../../components/page.tsx'
import { Bytes, None, Time } from '../../components/values.tsx'
import style from './home.module.css'

export function NodeCard({ status }: { status: NodeStatus }) {
  const { serving, counts } = status
  return (
    <Card title="This node">
      {serving.url && (
        <>
          <span className={style.muted}>Programs send requests to</span>
          <CodeBlock text={serving.url} label="Address" />
        </>
      )}
      <Facts
        items={[
          [
            'Models',
            counts.models === 0
              ? 'none'
              : `${formatNumber(counts.models)} in ${formatCount(counts.versions, 'versions')}`,
          ],
          [
            'gRPC',
            serving.grpcAddress === null ? (
              <None key="grpc">not listening</None>
            ) : (
              <code key="grpc">{serving.grpcAddress}</code>
            ),
          ],
          ['Requests', formatNumber(counts.requests)],
          ['Started', <Time key="since" at={status.startedAt} />],
          [
            'Memory',
            serving.memoryBytes ? (
              <Bytes key="memory" value={serving.memoryBytes} />
            ) : (
              <None key="none">not known</None>
            ),
          ],
          ['Restarts', formatNumber(serving.restarts)],
          ['Data folder', <code key="data">{status.dataDir}</code>],
        ]}
      />
    </Card>
  )
}
