/** What was reported in the corner hides nothing of the page for good, and what is done does not follow to other pages. */
import { useEffect, useRef } from 'react'
import { clearDone } from '../components/report.tsx'

/** Keeps as much room free under the page as the reports take, so that its last row can be scrolled out from under them. */
export function useToastRoom(path: string): void {
  useEffect(() => {
    const corner = document.querySelector('[data-toasts][data-position="bottom-right"]')
    if (!corner) return
    const room = new ResizeObserver(([entry]) => {
      const height = entry?.contentRect.height ?? 0
      document.documentElement.style.setProperty('--toasts', `${Math.ceil(height)}px`)
    })
    room.observe(corner)
    return () => room.disconnect()
  }, [])
  const before = useRef(path)
  useEffect(() => {
    if (before.current !== path) clearDone()
    before.current = path
  }, [path])
}
