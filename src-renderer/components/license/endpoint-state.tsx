/** The state of an endpoint; one whose calls its license refuses is ready to load and run, but not to answer. */
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { Chip, StateChip } from '../chip.tsx'

export const EndpointState = ({ row: { state, deniedBy } }: { row: DeploymentRow }) =>
  state === 'ready' && deniedBy !== null ? (
    <Chip tone="bad" dot title={`Loaded, and refused by its license: ${deniedBy}`}>
      Refuses
    </Chip>
  ) : (
    <StateChip deployment={state} />
  )
