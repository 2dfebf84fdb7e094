/** Which colour and dash a version has, in the table as in the charts: by its place among those that are drawn. */
import type { DeploymentTarget } from '../../../src-main/contract/views.ts'

/** One that answered before and stands by unloaded has no line. */
export const drawn = (targets: readonly DeploymentTarget[]): DeploymentTarget[] =>
  targets.filter(({ role }) => role !== 'previous')

/** From 0 to 3; null where it is not drawn. */
export function seriesOf(targets: readonly DeploymentTarget[], version: string): number | null {
  const at = drawn(targets).findIndex((one) => one.version === version)
  return at < 0 ? null : at % 4
}
