/** Back to where one was, when something that floated over the page is gone. */
const afterMantineMs = 40
/** Who waits longer has gone on. */
const busyMsMax = 60_000
const lookMs = 100
const goneMs = 200

/**
 * Where the focus goes when a dialog closes whose opener is gone, such as an item of a menu: to the table's row that
 * it was about, so that the keyboard goes on from there.
 */
export function returnFocus(): void {
  // The dialog still holds the focus while its last transition ends, and without motion Mantine gives the focus back
  // to the opener only 10 ms after it is gone.
  setTimeout(() => {
    if (document.activeElement !== document.body) return
    const row = document.querySelector<HTMLElement>('[data-row][tabindex="0"]')
    const place = row ?? document.querySelector<HTMLElement>('main')
    place?.focus({ preventScroll: true })
  }, afterMantineMs)
}

/**
 * A button that waits for the node rests meanwhile, and a button that rests loses the focus: it gets it back, or the
 * page where the button is gone by then, unless the focus has gone elsewhere.
 */
export function keepFocusOfBusyButtons(): void {
  let forget = (): void => {}
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    if (!button) return
    forget()
    let look: ReturnType<typeof setInterval> | undefined
    const goOn = () => {
      if (button.isConnected && button.disabled) return
      forget()
      if (document.activeElement !== document.body) return
      if (button.isConnected) button.focus({ preventScroll: true })
      else returnFocus()
    }
    const watch = new MutationObserver(() => {
      if (button.disabled) look ??= setInterval(goOn, lookMs)
    })
    watch.observe(button, { attributeFilter: ['disabled'] })
    // One that takes its own row away goes without resting.
    const gone = setTimeout(() => !button.isConnected && goOn(), goneMs)
    const end = setTimeout(() => forget(), busyMsMax)
    forget = () => {
      clearInterval(look)
      clearTimeout(end)
      clearTimeout(gone)
      watch.disconnect()
    }
  })
}
