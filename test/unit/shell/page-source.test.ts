/** While developing the page comes from Vite's server, and the node still answers for the node. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageFrom } from '../../../src-main/shell/page-source.ts'

let vite: Server
beforeAll(async () => {
  vite = createServer((request, response) => response.end(`vite ${request.url}`))
  await new Promise<void>((resolve) => vite.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void vite.close())

const ask = (path: string) =>
  pageFrom(`http://127.0.0.1:${(vite.address() as AddressInfo).port}`)(new Request(`app://outpost${path}`))

test('the page and its modules come from the server, under a policy', async () => {
  const answer = await ask('/main.tsx?t=1')
  expect(await answer?.text()).toBe('vite /main.tsx?t=1')
  expect(answer?.headers.get('content-security-policy')).toContain("default-src 'self'")
})

test.each(['/api/status', '/api', '/models/register', '/health'])('%s is left to the node', (path) => {
  expect(ask(path)).toBeUndefined()
})

test('a page whose name begins like one of the node is not', async () => {
  expect(await (await ask('/apis.ts'))?.text()).toBe('vite /apis.ts')
})
