/** What rolling back an endpoint does, by the order that the node goes by: what is under way ends first. */
import type { DeploymentRow, DeploymentTarget } from '../../../src-main/contract/views.ts'
import { versionCore } from '../../components/format.ts'

interface WayBack {
  /** What the button says. */
  action: string
  /** What is reported when it is done. */
  title: string
  effect: string
}

type Row = Pick<DeploymentRow, 'version' | 'endpoint'> & {
  targets: readonly Pick<DeploymentTarget, 'version' | 'role' | 'weight'>[]
}

export function wayBack({ targets, version, endpoint }: Row): WayBack {
  const underWay = targets.find(
    ({ role, weight }) => role === 'pending' || role === 'shadow' || (role === 'candidate' && weight > 0),
  )
  if (underWay) {
    return {
      action: `Take out ${versionCore(underWay.version)}`,
      title: `${underWay.version} is taken out`,
      effect: `${underWay.version} is taken out, and ${version} answers all requests of ${endpoint}.`,
    }
  }
  const before =
    targets.find(({ role }) => role === 'previous') ?? targets.find(({ role }) => role === 'candidate')
  const to = before?.version ?? 'the version before'
  return {
    action: `Roll back to ${versionCore(to)}`,
    title: `${before?.version ?? 'The version before'} is back`,
    effect: `${before?.version ?? 'The version before'} answers all requests of ${endpoint} again, in the place of ${version}.`,
  }
}
