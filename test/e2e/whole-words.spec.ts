/** What a table must show whole in a narrow window: the longest relative times, and the names that rows are known by. */
import { expect, test } from '../support/page-node.ts'

test.use({ viewport: { width: 1280, height: 800 } })

/** The last head is for readers alone. Of a version the data version may be cut: it stands on hover, behind the number. */
const tables = [
  { address: '/models', whole: 'th:not(:last-child), time, a' },
  { address: '/models/samples.digits?tab=versions&', whole: 'th:not(:last-child), time' },
  { address: '/deployments', whole: 'th:not(:last-child), time, a' },
  { address: '/jobs', whole: 'th:not(:last-child), time' },
]

test('times and names are not cut off at 1280', async ({ page, node }) => {
  await node.samplesReady()
  // Nothing is written longer than two digits of minutes, and the samples are as old as the node: minutes, where it is shared.
  await page.clock.install({ time: Date.now() + 25 * 60_000 })
  for (const [at, { address, whole }] of tables.entries()) {
    await page.goto(`${node.url}/?${at}#${address}`)
    const table = page.getByRole('grid')
    await expect(table.getByText(/minutes ago$/).first()).toBeVisible()
    // The width that the text would have, to the fraction of a pixel: that much is enough for three dots.
    const cut = await table.locator(whole).evaluateAll((words) =>
      words
        .filter((word) => {
          const text = document.createRange()
          text.selectNodeContents(word)
          const room = Math.min(
            ...[word, word.closest('td, th') ?? word].map((box) => box.getBoundingClientRect().right),
          )
          return text.getBoundingClientRect().right > room + 0.01
        })
        .map(({ textContent }) => textContent),
    )
    expect.soft(cut, address).toEqual([])
    const sideways = await table.evaluate(
      ({ parentElement: frame }) => frame && frame.scrollWidth - frame.clientWidth,
    )
    expect.soft(sideways, `${address}: pixels sideways`).toBe(0)
  }
})
