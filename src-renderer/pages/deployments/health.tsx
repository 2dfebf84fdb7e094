/** Why a deployment does not answer, or answers slower than asked for: cause, what it means, and the next step. */
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { Banner } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { deviceWords } from '../../components/targets.ts'

/** True where a device was asked for by name and another one is used. */
export const fellBack = ({ executionProvider: { requested, used } }: DeploymentRow) =>
  requested !== 'auto' && used !== null && used !== requested

export function FailureNotice({ row }: { row: DeploymentRow }) {
  if (row.failure !== null)
    return (
      <ErrorNotice
        error={row.failure}
        what={
          row.state === 'set-aside'
            ? `${row.model} ${row.version} is set aside: it brought the serving process down more than once.`
            : `${row.model} ${row.version} does not run.`
        }
        unchanged="Other deployments go on."
      />
    )
  if (fellBack(row))
    return (
      <Banner tone="warn" title={`Runs on ${deviceWords(row.executionProvider.used ?? '')}`}>
        {deviceWords(row.executionProvider.requested)} was asked for and is not usable here. Answers are the
        same; they may be slower. {row.executionProvider.reason}
      </Banner>
    )
  return null
}
