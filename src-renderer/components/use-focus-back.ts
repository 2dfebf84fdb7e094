/**
 * For a dialog that its page takes away whole when it closes: gives the focus back to what had it when the dialog
 * came, or to the nearest place where that is gone.
 */
import { useEffect, useState } from 'react'
import { returnFocus } from '../style/return-focus.ts'

export function useFocusBack(): void {
  // Read in the first render: once the dialog is in the document it takes the focus for itself.
  const [opener] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected)
        opener.focus({ preventScroll: true })
      returnFocus()
    },
    [opener],
  )
}
