/** A page of another site in the same browser: it can neither call the node in the person's name nor show it framed. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { logIn } from '../support/built-node.ts'
import { expect, test } from '../support/page-node.ts'

test.use({ nodeArguments: ['--no-samples'] })

const site = createServer((_, response) => {
  response.setHeader('content-type', 'text/html')
  response.end('<!doctype html><title>Another site</title><h1>Another site</h1>')
})
let origin: string
test.beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
test.afterAll(() => void site.close())

test('its requests are refused, with the cookie and without, and their answers cannot be read', async ({
  context,
  node,
  login,
}) => {
  await logIn(context, node, login)
  const page = await context.newPage()
  // Another port of the same host is the same site: the cookie travels, and only the node's own checks stand.
  await page.goto(origin)
  const before = await node.client.keys.list({})
  const outcomes = await page.evaluate(async (url) => {
    const body = JSON.stringify({ name: 'stolen', scopes: ['admin'], expiresAt: null })
    const requests: RequestInit[] = [
      { method: 'POST', mode: 'no-cors', body, headers: { 'content-type': 'text/plain' } },
      { method: 'POST', body, headers: { 'content-type': 'application/json' } },
      { method: 'POST', body },
      { method: 'GET' },
    ]
    return Promise.all(
      requests.map(async (request) => {
        try {
          const answer = await fetch(`${url}/api/keys`, { ...request, credentials: 'include' })
          return { read: (await answer.text()).length }
        } catch {
          return { read: 0 }
        }
      }),
    )
  }, node.url)
  expect(outcomes).toEqual([{ read: 0 }, { read: 0 }, { read: 0 }, { read: 0 }])
  expect(await node.client.keys.list({})).toEqual(before)
  await page.close()
})

test('a form that it posts changes nothing', async ({ context, node, login }) => {
  await logIn(context, node, login)
  const page = await context.newPage()
  await page.goto(origin)
  const answered = page.waitForResponse((response) => response.url().startsWith(node.url))
  await page.evaluate((url) => {
    document.body.innerHTML = `<form method="post" action="${url}/api/samples" enctype="text/plain"><input name="a"></form>`
    document.querySelector('form')?.submit()
  }, node.url)
  expect((await answered).status()).toBe(403)
  expect((await node.client.jobs.list({})).total).toBe(0)
  await page.close()
})

test('it cannot show the node in a frame', async ({ context, node, login }) => {
  await logIn(context, node, login)
  const page = await context.newPage()
  await page.goto(origin)
  const refused = page.waitForEvent('console', (message) =>
    /frame-ancestors|X-Frame-Options/i.test(message.text()),
  )
  await page.evaluate((url) => {
    const frame = document.createElement('iframe')
    frame.src = url
    document.body.append(frame)
  }, node.url)
  await refused
  await page.close()
})

test('the policy of the page lets in no script and no connection of elsewhere', async ({ page, node }) => {
  const answer = await page.goto(`${node.url}/`)
  const policy = answer?.headers()['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toMatch(/script-src 'self'(;|$)/)
  expect(policy).toMatch(/connect-src 'self'(;|$)/)
  expect(policy).toContain("frame-ancestors 'none'")
})
