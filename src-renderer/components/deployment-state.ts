/** What the state of an endpoint is called: no version answers where the serving process does not run. */
import type { NodeStatus } from '../../src-main/contract/api/system.ts'
import type { DeploymentRow } from '../../src-main/contract/views.ts'

type State = DeploymentRow['state']
type Tone = 'ok' | 'bad' | 'info' | 'neutral'

const states: Record<State, [Tone, string]> = {
  starting: ['info', 'Starting'],
  ready: ['ok', 'Ready'],
  failed: ['bad', 'Failed'],
  stopped: ['neutral', 'Stopped'],
  'set-aside': ['bad', 'Set aside'],
}

/**
 * A list of a moment ago may still call ready what went with its process; `serving` is unknown at first. The third is
 * said on hover: the word alone must fit a column.
 */
export function deploymentStateWords(
  state: State,
  serving: NodeStatus['serving']['state'] | undefined,
): [tone: Tone, word: string, why?: string] {
  if (state === 'set-aside') return states[state]
  if (serving === 'stopped') return ['bad', 'Not served', 'Serving stopped']
  if (serving === 'failed') return ['bad', 'Not served', 'Serving failed']
  if (state === 'ready' && (serving === 'starting' || serving === 'restarting')) return states.starting
  return states[state]
}
