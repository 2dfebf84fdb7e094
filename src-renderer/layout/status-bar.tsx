/** Bottom of the window: what the serving process does, and what the node has left. */
import { useMutation } from '@tanstack/react-query'
import type { NodeStatus } from '../../src-main/contract/api/system.ts'
import { client } from '../client.ts'
import { formatBytes, formatNumber, formatShare } from '../components/format.ts'
import { reportDone, reportFailure } from '../components/report.tsx'
import { useConnection, useStatus } from '../data/node.ts'
import style from './status-bar.module.css'

const states: Record<NodeStatus['serving']['state'], { tone: 'ok' | 'warn' | 'bad'; word: string }> = {
  starting: { tone: 'warn', word: 'Serving starts' },
  ready: { tone: 'ok', word: 'Serving' },
  restarting: { tone: 'warn', word: 'Serving restarts' },
  stopped: { tone: 'bad', word: 'Serving stopped' },
  failed: { tone: 'bad', word: 'Serving failed' },
}

export function StatusBar() {
  const status = useStatus()
  const restart = useMutation({
    mutationFn: () => client.system.restartServing(),
    onSuccess: () => reportDone('Serving restarts'),
    onError: (error) => reportFailure('Serving was not restarted', error),
  })
  const connection = useConnection()
  if (!status) return <footer className={style.status}>Waiting for the node</footer>
  // Last figures of a node that is away would read as those of now.
  if (connection.state === 'unreachable') {
    return (
      <footer className={style.status}>
        <span className={style.serving} data-tone="bad">
          Not known whether it serves
        </span>
        <span className={style.push}>Outpost {status.version}</span>
      </footer>
    )
  }
  const { serving } = status
  const { tone, word } = states[serving.state]
  return (
    <footer className={style.status}>
      <span
        className={style.serving}
        data-tone={tone}
        title={serving.failure?.message ?? serving.url ?? undefined}
      >
        {word}
      </span>
      {tone === 'bad' && (
        <button
          type="button"
          className={style.link}
          onClick={() => restart.mutate()}
          disabled={restart.isPending}
        >
          Restart serving
        </button>
      )}
      <span title="Of one core: 100 % is one core full">CPU {formatShare(serving.cpu, 0)}</span>
      <span title="Memory that loaded models take">Models {formatBytes(serving.modelBytes)}</span>
      <span>Queue {formatNumber(serving.queueLength)}</span>
      <span className={style.push}>Disk {formatBytes(status.diskFreeBytes)} free</span>
      <span>Outpost {status.version}</span>
    </footer>
  )
}
