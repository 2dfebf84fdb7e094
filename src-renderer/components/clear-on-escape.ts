/** Escape empties a filter, as it does in a browser's own search fields; where there is nothing to empty it passes on. */
import type { KeyboardEvent } from 'react'

export const clearOnEscape =
  (text: string, clear: () => void) =>
  (event: KeyboardEvent<HTMLInputElement>): void => {
    // A list that is open closes first.
    if (event.key !== 'Escape' || text === '' || event.currentTarget.ariaExpanded === 'true') return
    event.preventDefault()
    event.stopPropagation()
    clear()
  }
