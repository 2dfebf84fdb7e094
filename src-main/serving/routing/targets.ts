/** Which loaded version answers a path, as the snapshot of this moment says. */
import { OutpostError } from '../../base/errors.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import type { DoorOptions } from '../door/door.ts'
import { routeOf } from '../door/door-views.ts'
import type { Deployments } from '../hosting/deployments.ts'
import { resolveVersion } from './resolve-version.ts'
import { type Routes, readServedVersion } from './routes.ts'

interface TargetSources {
  nodeDb: NodeReader
  deployments: Deployments
  routes: () => Routes
}

export function createTargets({ nodeDb, deployments, routes }: TargetSources): DoorOptions['targetOf'] {
  return async (path, caller, tryVersion) => {
    if (tryVersion !== undefined) {
      if (!caller.internal) throw new OutpostError('FORBIDDEN', 'Only the node itself may try versions.')
      const version = readServedVersion(nodeDb, tryVersion)
      if (!version) throw new OutpostError('VERSION_NOT_FOUND', 'This version is not registered.')
      const { ready, model } = await deployments.tryVersion(version)
      return { endpoint: 'playground', version, rule: 'try', model, ready, figures: null }
    }
    const { endpoint, rule } =
      path.kind === 'v2-infer'
        ? {
            endpoint: routeOf(routes(), deployments, path.endpoint, path.version),
            rule: path.version === null ? 'endpoint default' : 'exact',
          }
        : resolveVersion(routes(), path.model, path.reference, deployments.answering)
    const { route, model, ready, figures } = deployments.live(endpoint.name, endpoint.versionId)
    return { endpoint: route.name, version: route.version, rule, model, ready, figures }
  }
}
