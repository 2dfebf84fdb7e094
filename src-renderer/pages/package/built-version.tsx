/** A version that was just built, and the ways on: open it, deploy it, take the package along. */
import { Button } from '@mantine/core'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner } from '../../components/page.tsx'
import { packageUrl } from '../../data/package-url.ts'
import css from './package.module.css'

export function BuiltVersion({ registered }: { registered: { model: string; version: string } }) {
  const { model, version } = registered
  return (
    <>
      <Banner tone="ok" title="Built and registered.">
        {model} {version}
      </Banner>
      <div className={css.buttons}>
        <LinkButton to="/models/$model" params={{ model }} search={{ version }}>
          Open the model
        </LinkButton>
        <Button component="a" href={packageUrl({ model, version })} download>
          Download the package
        </Button>
        <LinkButton to="/deployments" search={{ dialog: 'deploy', model, version }} variant="filled">
          Deploy {version}
        </LinkButton>
      </div>
    </>
  )
}
