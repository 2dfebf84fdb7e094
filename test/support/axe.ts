/** WCAG 2.2 AA on a page as axe finds it, and what else must hold on every screen: nothing scrolls sideways. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { settled } from './page-node.ts'

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What the other theme can break: the elements are the same, only their colours are not. */
const rulesOfColour = ['color-contrast', 'link-in-text-block']

/** Each as `rule: the elements`; empty where there is none. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const found = await (rules ? axe.withRules(rules) : axe.withTags(tags)).analyze()
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}

/** Of what is on the screen, in both themes; the page follows the system's. */
export async function expectNoViolations(page: Page, what: string): Promise<void> {
  // Without motion: half way from one colour to another there is no contrast to judge.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  expect.soft(await violations(page), `${what} in the light theme`).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect.soft(await violations(page, rulesOfColour), `${what} in the dark theme`).toEqual([])
}

/** How many pixels the window, or the page inside its frame, can be scrolled sideways. */
async function sideways(page: Page): Promise<number> {
  return page.evaluate(() => {
    const boxes = [document.documentElement, document.querySelector('main')]
    return Math.max(...boxes.map((box) => (box ? box.scrollWidth - box.clientWidth : 0)))
  })
}

/**
 * A query of its own makes the browser load the page anew: a changed hash alone leaves the old one for a while. The
 * router reads that query behind the one of the route, so an ampersand keeps the last value what it is.
 */
const anew = (origin: string, at: number, route: string): string =>
  `${origin}/?${at}#${route}${route.includes('?') ? '&' : ''}`

/** Goes through addresses of the page and tells all that is wrong on any of them, not only on the first. */
export async function expectAccessible(page: Page, origin: string, routes: readonly string[]): Promise<void> {
  for (const [at, route] of routes.entries()) {
    await page.goto(anew(origin, at, route))
    await settled(page)
    await expectNoViolations(page, route)
    expect.soft(await sideways(page), `${route}: pixels sideways`).toBeLessThanOrEqual(0)
  }
}

/** Without axe, for widths where only the flow of the page is judged. */
export async function expectNoSidewaysScroll(
  page: Page,
  origin: string,
  routes: readonly string[],
): Promise<void> {
  for (const [at, route] of routes.entries()) {
    await page.goto(anew(origin, at, route))
    await settled(page)
    expect.soft(await sideways(page), `${route}: pixels sideways`).toBeLessThanOrEqual(0)
  }
}
