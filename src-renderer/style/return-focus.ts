/** Back to where one was, when something that floated over the page is gone. */
const afterMantineMs = 40

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
