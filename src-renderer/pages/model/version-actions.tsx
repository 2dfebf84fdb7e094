/** Deploy and Try for the version that is shown; at rest where the banner below says what the license refuses. */
import { Button } from '@mantine/core'
import { useRight } from '../../components/license/right.ts'
import { LinkButton } from '../../components/link-button.tsx'

interface VersionActionsProps {
  model: string
  /** Undefined until the model is known. */
  version: string | undefined
  /** As it is called: without its build metadata. */
  name: string | undefined
}

export function VersionActions({ model, version, name }: VersionActionsProps) {
  const right = useRight(model, version ?? null)
  if (right && !right.decision.allowed)
    return (
      <>
        <Button disabled>Deploy {name}</Button>
        <Button disabled>Try {name}</Button>
      </>
    )
  return (
    <>
      <LinkButton to="/deployments" search={{ dialog: 'deploy', model, version }}>
        Deploy {name}
      </LinkButton>
      <LinkButton to="/playground" search={{ model, version }} variant="filled">
        Try {name}
      </LinkButton>
    </>
  )
}
