/** The way back in for whoever used up the link of the node's start: a new one, from the machine or with an admin key. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, outpost } from '../../support/command-line.ts'
import { type HeadlessProcess, startHeadless } from '../../support/headless-process.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const data = ['--data', join(folder, 'data')]
let node: HeadlessProcess

beforeAll(async () => {
  node = await startHeadless(join(folder, 'data'))
})
afterAll(() => node.end('SIGTERM'))

const claim = (link: string): Promise<Response> =>
  fetch(`${node.url}/api/login/claim`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: link.split('token=')[1] }),
  })

test('a new link logs in once', async () => {
  const { out, code } = await outpost(['login-link', ...data])
  expect(code).toBe(0)
  const [link = '', rest] = out.split('\n')
  expect(link).toContain(`${node.url}/#/claim?token=`)
  expect(rest).toBe('It works once, for 60 minutes.')
  expect((await claim(link)).status).toBe(200)
  const again = await claim(link)
  expect(again.status).toBe(401)
  expect(((await again.json()) as { hint: string }).hint).toContain('outpost login-link')
})

test('it leads to the address under which the node was named, and only an admin key gets one', async () => {
  const { port } = new URL(node.url)
  const named = ['--url', `http://localhost:${port}/`]
  const keyOf = async (scope: string) => ({
    OUTPOST_KEY: (await answer<{ secret: string }>(['keys', 'create', scope, '--scope', scope, ...data]))
      .secret,
  })
  const { url } = await answer<{ url: string }>(['login-link', ...named], {
    environment: await keyOf('admin'),
  })
  expect(url).toMatch(`http://localhost:${port}/#/claim?token=`)
  expect((await claim(url)).status).toBe(200)
  const refused = await outpost(['login-link', ...named], { environment: await keyOf('write') })
  expect(refused.errors).toMatch(/^FORBIDDEN: /)
})

test('where no node runs there is nothing to log in to', async () => {
  const { code, errors } = await outpost(['login-link', '--data', join(folder, 'other')])
  expect(code).toBe(1)
  expect(errors).toMatch(/^NODE_UNREACHABLE: .*\nStart it: outpost serve/)
})
