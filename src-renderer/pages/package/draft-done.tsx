/** A draft that is gone while its wizard is open: what became of it, and the ways on. Nothing is edited here any more. */
import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { client, orpc } from '../../client.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner, Card, PageHeader } from '../../components/page.tsx'
import { ErrorNotice, Loading } from '../../components/states.tsx'
import { ValidationChecks } from '../../components/validation-checks.tsx'
import { BuiltVersion } from './built-version.tsx'
import css from './package.module.css'

export function DraftDone({ draft }: { draft: DraftDetail }) {
  const { model, version, title } = draft
  const built = useQuery(orpc.models.version.queryOptions({ input: { model, version }, retry: false }))
  return (
    <>
      <PageHeader title={title} address={[model, version].filter(Boolean).join(' ')} />
      {built.data ? (
        <>
          <Card title="Finished" note="this draft is closed">
            <BuiltVersion registered={built.data} />
            <NextVersion model={model} version={version} />
          </Card>
          {built.data.validation && <ValidationChecks checks={built.data.validation.checks} />}
        </>
      ) : built.isPending ? (
        <Loading what="the version" lines={3} />
      ) : (
        <Banner
          tone="warn"
          title="This draft is not there any more."
          actions={
            <LinkButton to="/package" size="xs">
              All drafts
            </LinkButton>
          }
        >
          It was thrown away, here or in another window.
        </Banner>
      )}
    </>
  )
}

function NextVersion({ model, version }: { model: string; version: string }) {
  const cache = useQueryClient()
  const navigate = useNavigate()
  const begin = useMutation({
    mutationFn: () => client.drafts.create({ handles: [], basedOn: `${model}@${version}` }),
    onSuccess: (draft) => {
      cache.setQueryData(orpc.drafts.get.queryKey({ input: { id: draft.id } }), draft)
      void navigate({ to: '/package/$draft', params: { draft: draft.id }, search: { step: 'source' } })
    },
  })
  return (
    <>
      {begin.error && (
        <ErrorNotice
          error={begin.error}
          what="The draft was not begun."
          unchanged="The built version is as it was."
        />
      )}
      <div className={css.buttons}>
        <Button loading={begin.isPending} onClick={() => begin.mutate()}>
          Begin a new version from this
        </Button>
      </div>
    </>
  )
}
