/** What a version answers now, in one sentence: for whoever is about to change that. */
import type { DeploymentRow } from './views.ts'

/** Null where it answers nobody. */
export function answeredBy(
  rows: readonly Pick<DeploymentRow, 'endpoint' | 'model' | 'targets'>[],
  model: string,
  version: string,
): string | null {
  const shares = rows
    .filter((row) => row.model === model)
    .flatMap(({ endpoint, targets }) =>
      targets
        .filter((target) => target.version === version && target.weight > 0)
        .map(({ weight }) => `${weight / 100} % of ${endpoint}`),
    )
  return shares.length === 0 ? null : `${version} answers ${shares.join(' and ')} now.`
}
