/**
 * What follows a crash of serving: the journal names the models that were running; one that is named a second time
 * within the window is set aside, so that the others can be served.
 */
import { readJournal } from '../../engine/journal.ts'
import { endpointIdsBeside } from '../../store/tables/endpoint-targets.ts'
import { endpointsOfVersion } from '../../store/tables/endpoints.ts'
import type { NodeContext } from '../node-context.ts'
import { setDeploymentAside } from '../serve/deploy.ts'
import { rollBackByRule } from '../serve/traffic.ts'

const crashesMax = 2
const windowMs = 10 * 60_000

export interface CrashRecord {
  /** Called after a crash and before serving is started again. */
  note(node: NodeContext): Promise<void>
  /** A run of this version hangs: once is enough, since nothing but the end of the process stops it. */
  stuck(node: NodeContext, versionId: string): void
}

export function createCrashRecord(): CrashRecord {
  const crashes = new Map<string, number[]>()
  return {
    async note(node) {
      const now = node.clock.now()
      for (const versionId of new Set((await readJournal(node.paths.root)).map((entry) => entry.versionId))) {
        const recent = [...(crashes.get(versionId) ?? []), now].filter((at) => now - at < windowMs)
        crashes.set(versionId, recent)
        node.log.error({ versionId, crashes: recent.length }, 'serving died while it ran this version')
        if (recent.length < crashesMax) continue
        crashes.delete(versionId)
        setAside(node, versionId)
      }
    },
    stuck: setAside,
  }
}

function setAside(node: NodeContext, versionId: string): void {
  for (const endpointId of endpointIdsBeside(node.db, versionId)) {
    const reason = 'it hung or brought the serving process down'
    rollBackByRule(node, { endpointId, versionId, reason }).catch((error: unknown) =>
      node.log.error({ err: error, endpointId }, 'a version could not be taken out'),
    )
  }
  for (const { name, desired } of endpointsOfVersion(node.db, versionId)) {
    if (desired !== 'running') continue
    // Serving is down or going down and reads the change when it starts, so there is nothing to wait for.
    setDeploymentAside(node, name).catch((error: unknown) =>
      node.log.error({ err: error, endpoint: name }, 'a model could not be set aside'),
    )
  }
}
