/**
 * The wizard on one draft: steps above, the step's form in the middle, what is wrong at the right. Every step can be
 * gone to at any time, and what is typed is saved by itself.
 */
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo, useRef } from 'react'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { client, orpc } from '../../client.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Page, PageHeader } from '../../components/page.tsx'
import { ErrorNotice, Loading } from '../../components/states.tsx'
import { failureOf } from '../../data/failure.ts'
import { readDescriptor } from './descriptor.ts'
import { DraftDone } from './draft-done.tsx'
import css from './draft-page.module.css'
import { fieldError } from './field-error.ts'
import { Problems } from './problems.tsx'
import { SavingChip, Unsaved } from './saving-chip.tsx'
import { StepContent } from './step-content.tsx'
import { StepList } from './step-list.tsx'
import { fieldId } from './step-props.ts'
import { placeOf, type Step, titleOf } from './steps.ts'
import { type Draft, useDraft } from './use-draft.ts'

const route = getRouteApi('/package/$draft')

export function DraftPage() {
  const { draft: id } = route.useParams()
  const state = useDraft(id)
  const { query, draft } = state
  return (
    <Page>
      {draft && isGone(query.error ?? state.saveError) ? (
        <DraftDone draft={draft} />
      ) : draft ? (
        <Wizard key={id} draft={draft} state={state} />
      ) : query.error ? (
        <>
          <PageHeader title="Draft" />
          <ErrorNotice
            error={query.error}
            what="The draft could not be loaded."
            unchanged=""
            onRetry={() => query.refetch()}
            actions={
              <LinkButton to="/package" size="xs">
                All drafts
              </LinkButton>
            }
          />
        </>
      ) : (
        <>
          <PageHeader title="Draft" />
          <Loading what="the draft" lines={10} />
        </>
      )}
    </Page>
  )
}

const isGone = (error: unknown): boolean => error !== null && failureOf(error).code === 'DRAFT_NOT_FOUND'

function Wizard({ draft, state }: { draft: DraftDetail; state: Draft }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const step = search.step ?? draft.step
  useFurthestStep(draft, step)
  const fields = useMemo(() => readDescriptor(draft.descriptor), [draft.descriptor])
  const sought = useRef<string | null>(null)
  const form = useRef<HTMLElement>(null)
  const shown = useRef(step)

  useEffect(() => {
    // A problem was followed to another step: its field is there only now. Any other step is read from its top.
    if (sought.current !== null) focusField(sought.current)
    else if (shown.current !== step) {
      form.current?.focus({ preventScroll: true })
      document.getElementById('main')?.scrollTo(0, 0)
    }
    sought.current = null
    shown.current = step
  }, [step])

  const goTo = (next: Step) => void navigate({ search: { step: next } })
  const jump = (next: Step, field: string | null) => {
    if (next === step) return field !== null && focusField(field)
    sought.current = field
    goTo(next)
  }

  return (
    <>
      <PageHeader
        title={draft.title || 'New package'}
        address={[fields.id, fields.version].filter(Boolean).join(' ')}
        chips={<SavingChip saving={state.saving} />}
      />
      <StepList draft={draft} current={step} />
      <div className={css.frame}>
        <section ref={form} aria-label={`Step ${titleOf(step)}`} tabIndex={-1} className={css.main}>
          <StepContent
            step={step}
            draft={draft}
            fields={fields}
            edit={state.edit}
            editText={state.editText}
            replace={state.replace}
            field={(path) => ({ id: fieldId(path), error: fieldError(draft, path) })}
            save={state.flush}
            goTo={goTo}
          />
        </section>
        <Problems draft={draft} current={step} onJump={jump}>
          <Unsaved saving={state.saving} saveError={state.saveError} flush={state.flush} />
        </Problems>
      </div>
    </>
  )
}

/** The draft remembers how far it has come, so that it is resumed there. */
function useFurthestStep(draft: DraftDetail, step: Step) {
  const cache = useQueryClient()
  const further = placeOf(step) > placeOf(draft.step)
  useEffect(() => {
    if (!further) return
    client.drafts.update({ id: draft.id, step }).then(
      (answer) => cache.setQueryData(orpc.drafts.get.queryKey({ input: { id: draft.id } }), answer),
      // Only the place to resume at is not kept; the next step forward tries again.
      () => {},
    )
  }, [further, draft.id, step, cache])
}

/** The field itself, or the nearest that holds it: inputs.0.title, then inputs.0, then inputs. */
function focusField(path: string) {
  const parts = path.split('.')
  while (parts.length > 0) {
    const element = document.getElementById(fieldId(parts.join('.')))
    if (element) {
      for (let fold = element.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null)
        fold.open = true
      element.focus()
      element.scrollIntoView({ block: 'center' })
      return
    }
    parts.pop()
  }
}
