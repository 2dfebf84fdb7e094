/**
 * The built node behind a real page: one headless process a worker, in a folder of its own, entered by the one-time
 * link as a person would. What the browser writes to its console counts: a policy that is broken, an error that is not
 * shown.
 */
import { test as base, expect, type Page } from '@playwright/test'
import { type BuiltNode, logIn, startBuiltNode } from './built-node.ts'

interface Options {
  /** Arguments of the node beside its folder and ports. */
  nodeArguments: string[]
  /** A file that changes what others look at names itself here, and its node is then no other file's. */
  nodeFor: string
}

interface Shared {
  node: BuiltNode
  login: string
}

interface Own {
  page: Page
  /** A node for this test alone, stopped after it however it ends. */
  startNode: (args?: string[]) => Promise<BuiltNode>
}

/** What the page itself gets wrong; a refused or unreachable request is the test's business. */
export function consoleProblems(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text())
  })
  return problems
}

/** Waits until a page shows what it has instead of its loading state. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

/** `node` lives as long as its worker; `page` is logged in, and fails the test that leaves errors on its console. */
export const test = base.extend<Own, Shared & Options>({
  nodeArguments: [[], { scope: 'worker', option: true }],
  nodeFor: ['any file', { scope: 'worker', option: true }],
  node: [
    async ({ nodeArguments, nodeFor: _ }, use) => {
      const node = await startBuiltNode(nodeArguments)
      await use(node)
      await node.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  login: [async ({ node }, use) => use(await node.enter()), { scope: 'worker' }],
  // Playwright reads from the first parameter which fixtures are asked for: none.
  startNode: async ({ browserName: _ }, use) => {
    const nodes: BuiltNode[] = []
    await use(async (args) => {
      const node = await startBuiltNode(args)
      nodes.push(node)
      return node
    })
    await Promise.all(nodes.map((node) => node.stop()))
  },
  page: async ({ page, node, login }, use) => {
    const problems = consoleProblems(page)
    await logIn(page.context(), node, login)
    await use(page)
    expect(problems).toEqual([])
  },
})

export { expect }
