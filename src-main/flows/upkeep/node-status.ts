/** The state of the node at a glance, and the first-run list, each point true once it really happened. */
import { statfs } from 'node:fs/promises'
import type { NodeStatus } from '../../contract/api/system.ts'
import { openAlerts } from '../../store/tables/alerts.ts'
import { countKeys } from '../../store/tables/api-keys.ts'
import { countEndpoints } from '../../store/tables/endpoints.ts'
import { countModels, countModelsFrom } from '../../store/tables/models.ts'
import { hasTransition } from '../../store/tables/transitions.ts'
import { usageTotals } from '../../store/tables/usage-hours.ts'
import { countVersions } from '../../store/tables/versions.ts'
import type { NodeContext } from '../node-context.ts'
import { deployedWithSamples } from './samples.ts'

export async function nodeStatus(node: NodeContext): Promise<NodeStatus> {
  const disk = await statfs(node.paths.root)
  const serving = node.serving.state()
  const { requests } = usageTotals(node.usage)
  const deployments = countEndpoints(node.db)
  return {
    nodeId: node.nodeId,
    version: node.version,
    host: node.host,
    startedAt: new Date(node.startedAt).toISOString(),
    dataDir: node.paths.root,
    diskFreeBytes: disk.bavail * disk.bsize,
    controlUrl: node.controlUrl(),
    serving: {
      state: serving.state,
      url: serving.url,
      grpcAddress: serving.grpcAddress,
      since: new Date(serving.since).toISOString(),
      failure: serving.failure,
      cpu: serving.cpu,
      memoryBytes: serving.memoryBytes,
      modelBytes: serving.modelBytes,
      queueLength: serving.queueLength,
      restarts: serving.restarts,
    },
    counts: {
      models: countModels(node.db),
      versions: countVersions(node.db),
      deployments,
      requests,
      jobsActive: node.jobTable.countActive(),
      alerts: openAlerts(node.db).length,
    },
    checklist: {
      samples: countModelsFrom(node.db, 'sample') > 0,
      predicted: requests > 0,
      deployed: hasTransition(node.db, { without: deployedWithSamples }),
      keyCreated: countKeys(node.db) > 0,
      packaged: countModelsFrom(node.db, 'built') > 0,
    },
  }
}
