/**
 * The keyboard of a grid of rows: one row is the tab stop, arrows or J and K move it, Enter opens it, the right
 * arrow goes into its actions and Escape comes back (WAI-ARIA Authoring Practices, grid pattern, row focus).
 */
import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react'

interface GridKeys {
  total: number
  pageRows: number
  grid: RefObject<HTMLElement | null>
  scrollTo: (index: number) => void
  open: (index: number) => void
}

const isTyping = (target: EventTarget): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable="true"]')

export function useGridKeys({ total, pageRows, grid, scrollTo, open }: GridKeys) {
  const [active, setActive] = useState(0)
  const wanted = useRef(false)
  const last = Math.max(0, total - 1)
  const row = () => grid.current?.querySelector<HTMLElement>(`[data-row="${active}"]`)

  useLayoutEffect(() => {
    if (!wanted.current) return
    wanted.current = false
    grid.current?.querySelector<HTMLElement>(`[data-row="${active}"]`)?.focus({ preventScroll: true })
  }, [active, grid])

  const move = (index: number) => {
    const next = Math.min(last, Math.max(0, index))
    scrollTo(next)
    if (next === active) return row()?.focus({ preventScroll: true })
    wanted.current = true
    setActive(next)
  }

  const steps: Record<string, () => void> = {
    ArrowDown: () => move(active + 1),
    j: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    k: () => move(active - 1),
    PageDown: () => move(active + pageRows),
    PageUp: () => move(active - pageRows),
    Home: () => move(0),
    End: () => move(last),
    ArrowRight: () => row()?.querySelector<HTMLElement>('[data-actions] :is(button, a)')?.focus(),
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const onRow = event.target === row()
    if (event.key === 'Enter' && onRow) {
      event.preventDefault()
      return open(active)
    }
    if ((event.key === 'Escape' || event.key === 'ArrowLeft') && !onRow) {
      event.stopPropagation()
      return row()?.focus({ preventScroll: true })
    }
    const step = steps[event.key]
    if (!step || !(event.target instanceof Element) || !event.target.closest('[data-row]')) return
    event.preventDefault()
    step()
  }

  const onFocus = ({ target }: FocusEvent) => {
    const index = target.closest('[data-row]')?.getAttribute('data-row')
    if (index !== null && index !== undefined) setActive(Number(index))
  }

  return { active: Math.min(active, last), onFocus, onKeyDown }
}
