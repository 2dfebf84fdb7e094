/** What serving tells control by itself: each second how it stands, now and then how far values drifted. */
import type { ServingToControl } from '../contract/processes.ts'
import type { KeysUsed } from './door/keys-used.ts'
import type { Deployments } from './hosting/deployments.ts'
import type { RemoteEngines } from './remote/remote-engines.ts'
import type { ServingRooms } from './serving-rooms.ts'
import type { Watchers } from './watching/watchers.ts'

interface ReportingOptions {
  post: (message: ServingToControl) => void
  watchers: Pick<Watchers, 'look' | 'drift'>
  deployments: Pick<Deployments, 'reports' | 'bytesLoaded'>
  remotes: Pick<RemoteEngines, 'reports'>
  licensing: Pick<ServingRooms['licensing'], 'told'>
  keysUsed: Pick<KeysUsed, 'tell'>
  requestsTotal: () => number
}

const reportEveryMs = 1000
/** Drift changes slowly. */
const driftEveryMs = 5000

export function createReporting(options: ReportingOptions) {
  const { post, watchers, deployments, remotes, licensing, keysUsed, requestsTotal } = options
  let cpuBefore = process.cpuUsage()
  let reportedAt = performance.now()
  let toldOfLedger: string | null = null
  let toldOfDrift = true // by the process before this one
  let timers: NodeJS.Timeout[] = []

  /** Cores; a report may come at any time between two seconds. */
  function cpuSinceLast(): number {
    const { user, system } = process.cpuUsage(cpuBefore)
    const now = performance.now()
    const share = (user + system) / 1000 / Math.max(1, now - reportedAt)
    cpuBefore = process.cpuUsage()
    reportedAt = now
    return share
  }

  function tellOfLicenses(): void {
    const told = licensing.told()
    const stopped = told.ledger?.code ?? null
    if (told.accounts.length === 0 && told.refusals.length === 0 && stopped === toldOfLedger) return
    toldOfLedger = stopped
    post({ type: 'licensing', ...told })
  }

  function tellOfDrift(): void {
    const rows = watchers.drift.rows()
    if (rows.length > 0 || toldOfDrift) post({ type: 'drift', rows })
    toldOfDrift = rows.length > 0
  }

  function report(): void {
    watchers.look()
    const reports = deployments.reports()
    tellOfLicenses()
    keysUsed.tell()
    post({
      type: 'report',
      deployments: reports,
      remotes: remotes.reports(),
      cpu: cpuSinceLast(),
      memoryBytes: process.memoryUsage.rss(),
      modelBytes: deployments.bytesLoaded(),
      queueLength: reports.reduce((sum, { queueLength }) => sum + queueLength, 0),
      requestsTotal: requestsTotal(),
    })
  }

  return {
    report,
    begin: () => {
      timers = [setInterval(report, reportEveryMs), setInterval(tellOfDrift, driftEveryMs)]
    },
    end: () => {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
