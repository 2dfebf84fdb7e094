/**
 * One draft with what has been typed and not yet saved laid over it. Changes go to the node half a second after the
 * last key; what the node refused or did not hear stays in the form and is sent again.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { client, orpc } from '../../client.ts'

export type Texts = DraftDetail['texts']
interface Change {
  descriptor: Record<string, unknown>
  texts: Partial<Texts>
}
type Saving = 'saved' | 'typing' | 'saving' | 'failed'

const pauseMs = 500
/** After a failure: long enough not to press a node that is in trouble. */
const retryMs = 5_000
const nothing: Change = { descriptor: {}, texts: {} }

export function useDraft(id: string) {
  const cache = useQueryClient()
  const query = useQuery(orpc.drafts.get.queryOptions({ input: { id } }))
  const [typed, setTyped] = useState<Change>(nothing)
  const latest = useRef(typed)
  useEffect(() => {
    latest.current = typed
  }, [typed])

  const save = useMutation({
    // One after the other: an older state must not overtake a newer one.
    scope: { id: `draft ${id}` },
    mutationFn: (change: Change) => client.drafts.update({ id, ...change }),
    onSuccess: (draft, sent) => {
      cache.setQueryData(orpc.drafts.get.queryKey({ input: { id } }), draft)
      // What was typed while the change was on its way stays laid over the answer.
      setTyped((now) => ({
        descriptor: withoutSent(now.descriptor, sent.descriptor),
        texts: withoutSent(now.texts, sent.texts),
      }))
    },
  })
  const { mutateAsync } = save

  /** Resolves once the node has everything; rejects with its refusal. */
  const flush = useCallback(async () => {
    if (!isEmpty(latest.current)) await mutateAsync(latest.current)
  }, [mutateAsync])
  useEffect(() => {
    if (isEmpty(typed)) return
    // The failure is shown from the mutation's state.
    const timer = setTimeout(() => void flush().catch(() => {}), pauseMs)
    return () => clearTimeout(timer)
  }, [typed, flush])
  const failed = save.isError && !save.isPending
  useEffect(() => {
    if (!failed) return
    const timer = setTimeout(() => void flush().catch(() => {}), retryMs)
    return () => clearTimeout(timer)
  }, [failed, flush])
  // Leaving the page sends what the pause still held back.
  useEffect(() => () => void flush().catch(() => {}), [flush])

  const saving: Saving = save.isPending
    ? 'saving'
    : isEmpty(typed)
      ? 'saved'
      : save.isError
        ? 'failed'
        : 'typing'
  const draft: DraftDetail | undefined = query.data && {
    ...query.data,
    descriptor: { ...query.data.descriptor, ...typed.descriptor },
    texts: { ...query.data.texts, ...typed.texts },
  }
  return {
    query,
    draft,
    saving,
    saveError: save.error,
    flush,
    edit: useCallback(
      (descriptor: Record<string, unknown>) =>
        setTyped((now) => ({ ...now, descriptor: { ...now.descriptor, ...descriptor } })),
      [],
    ),
    editText: useCallback(
      (texts: Partial<Texts>) => setTyped((now) => ({ ...now, texts: { ...now.texts, ...texts } })),
      [],
    ),
    /** What a call other than a change answered: files added, a file taken out. */
    replace: useCallback(
      (answer: DraftDetail) => cache.setQueryData(orpc.drafts.get.queryKey({ input: { id } }), answer),
      [cache, id],
    ),
  }
}
export type Draft = ReturnType<typeof useDraft>

const isEmpty = ({ descriptor, texts }: Change) =>
  Object.keys(descriptor).length === 0 && Object.keys(texts).length === 0

/** The fields whose value is another than the one that was sent. */
function withoutSent<Fields extends Record<string, unknown>>(now: Fields, sent: Fields): Fields {
  const kept = { ...now }
  for (const name of Object.keys(sent)) {
    if (JSON.stringify(now[name]) === JSON.stringify(sent[name])) delete kept[name]
  }
  return kept
}
