/**
 * Sends one request to a model and shows what came back, where the time went and which version answered. A version
 * that is not deployed can be tried too: the node loads it for the request.
 */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { VersionLicense } from '../../components/license/banners.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Page, PageHeader } from '../../components/page.tsx'
import { EmptyState, ErrorNotice, Loading } from '../../components/states.tsx'
import { NotAnswering } from './not-answering.tsx'
import { Session } from './session.tsx'
import { exactVersion, Target, usualVersion } from './target.tsx'

const route = getRouteApi('/playground')
const note = 'Send a request and see the answer, its timing and the version behind it.'

export function PlaygroundPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const model = search.model ?? null
  const first = useFirstModel(model === null)
  const { id } = first
  useEffect(() => {
    if (model === null && id !== undefined) void navigate({ search: { model: id }, replace: true })
  }, [model, id, navigate])

  if (model !== null) return <OfModel key={model} model={model} chosen={search.version ?? null} />
  return (
    <Page>
      <PageHeader title="Playground" note={note} />
      {first.error ? (
        <ErrorNotice
          error={first.error}
          what="The models could not be loaded."
          unchanged=""
          onRetry={() => first.refetch()}
        />
      ) : first.none ? (
        <NoModels />
      ) : (
        <Loading what="the models" />
      )}
    </Page>
  )
}

/** Without a model in the address the one that changed last is on the bench, of those that answer already. */
function useFirstModel(enabled: boolean) {
  const newest = (filter: { deployed?: true }) =>
    orpc.models.list.queryOptions({ input: { limit: 1, ...filter } })
  const deployed = useQuery({ ...newest({ deployed: true }), enabled })
  const noneDeployed = deployed.data?.total === 0
  const any = useQuery({ ...newest({}), enabled: enabled && noneDeployed })
  return {
    id: deployed.data?.rows[0]?.id ?? any.data?.rows[0]?.id,
    none: noneDeployed && any.data?.total === 0,
    error: deployed.error ?? any.error,
    refetch: () => void Promise.all([deployed.refetch(), noneDeployed && any.refetch()]),
  }
}

function NoModels() {
  return (
    <Card>
      <EmptyState
        title="A model that is installed here can be tried here"
        actions={
          <>
            <LinkButton to="/settings/$section" params={{ section: 'samples' }} variant="filled">
              Install the sample models
            </LinkButton>
            <LinkButton to="/models">Import a package</LinkButton>
          </>
        }
      >
        The samples bring a digit reader to draw for and a classifier with numbers to fill in.
      </EmptyState>
    </Card>
  )
}

function OfModel({ model, chosen }: { model: string; chosen: string | null }) {
  const navigate = route.useNavigate()
  const list = useQuery(orpc.models.versions.queryOptions({ input: { model, limit: 500 } }))
  const versions = list.data?.rows ?? []
  const choice = useChoice(chosen, usualVersion(model, versions))
  const exact = choice === null ? null : (exactVersion(model, choice, versions) ?? choice)
  const detail = useQuery({
    ...orpc.models.version.queryOptions({ input: { model, version: exact ?? '' } }),
    enabled: exact !== null,
    // What is on the bench outlives a move of an alias or an endpoint to another version.
    placeholderData: keepPreviousData,
  })
  const failed = list.error ?? detail.error
  return (
    <Page>
      <PageHeader
        title="Playground"
        note={note}
        actions={
          <Target
            model={model}
            version={choice}
            versions={versions}
            onModel={(next) => navigate({ search: { model: next } })}
            onVersion={(version) => navigate({ search: { model, version }, replace: true })}
          />
        }
      />
      {exact !== null && <NotAnswering version={versions.find(({ version }) => version === exact)} />}
      {exact !== null && <VersionLicense model={model} version={exact} />}
      {detail.data && choice !== null ? (
        <Session key={inputsOf(detail.data)} model={model} choice={choice} detail={detail.data} />
      ) : failed ? (
        <ErrorNotice
          error={failed}
          what={`${model} could not be loaded.`}
          unchanged=""
          onRetry={() => void Promise.all([list.refetch(), detail.refetch()])}
        />
      ) : (
        <Card title="Input">
          <Loading what="the inputs of the model" />
        </Card>
      )}
    </Page>
  )
}

/** What the address names, else what was usual when the page opened: versions that arrive later do not move the bench. */
function useChoice(chosen: string | null, usual: string | null): string | null {
  const [held, setHeld] = useState(usual)
  if (held === null && usual !== null) setHeld(usual)
  return chosen ?? held ?? usual
}

/** Versions that take the same inputs share a bench; another form begins with an empty one. */
const inputsOf = ({ descriptor, graph }: VersionDetail) => JSON.stringify([descriptor.inputs, graph?.inputs])
