/** The log of a node: lines of JSON whatever callers send, readable by the owner alone, without a secret of anyone. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLog } from '../../../src-main/base/log.ts'
import { loginCookie } from '../../../src-main/flows/access/identify.ts'
import { asOwner, postJson } from '../../support/handed-over.ts'
import { temporaryFolder as folderOfTest } from '../../support/temporary-folder.ts'
import { localListen, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({
    logLevel: 'debug',
    temporaryKey: true,
    listen: localListen,
  })
})
afterAll(() => outpost[Symbol.asyncDispose]())

async function read(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'))
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('')
}

test('no secret of a session stands in the logs of control or serving, nor in any file that is not for it', async () => {
  const { node, client, fetch } = outpost
  const password = 'correct horse battery staple'
  const passphrase = 'twelve characters and more'
  const { secret } = await client.keys.create({ name: 'all', scopes: ['admin', 'infer'] })
  const link = (node.addresses().loginLink ?? '').split('token=')[1] ?? ''
  const claimed = await fetch('/api/login/claim', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: link, password }),
  })
  const cookie = claimed.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? ''
  const guessed = 'opk_guessed-by-someone-0123456789'
  await fetch('/api/keys', { headers: { authorization: `Bearer ${guessed}` } })
  await fetch('/api/keys', { headers: { cookie: `${loginCookie(node.context)}=${cookie}` } })
  await postJson(outpost, '/api/login', { password: 'another password of someone' })
  const { pem } = await client.publishers.exportKey({ passphrase })
  await client.publishers.importKey({ pem, passphrase })
  const { servingUrl } = node.addresses()
  for (const key of [secret, guessed])
    await globalThis.fetch(`${servingUrl}/v2/models/x/infer`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: '{}',
    })
  await node.context.serving.restart()
  node.context.log.error(
    { headers: { authorization: secret }, request: { body: { password } }, token: link, key: secret },
    'as careless as it gets',
  )

  const logs = await read(node.context.paths.logs)
  const { internalKey, ownerToken, pepper } = node.context.secrets
  const secrets = [
    secret,
    link,
    cookie,
    guessed,
    password,
    passphrase,
    'another password of someone',
    pem.split('\n')[1] ?? '',
    internalKey,
    ownerToken,
    pepper.toString('hex'),
    await readFile(join(node.context.paths.keys, 'usage.key'), 'utf8').then((text) => text.trim()),
  ]
  expect(secrets.every((text) => text.length > 10)).toBe(true)
  expect(secrets.filter((text) => logs.includes(text))).toEqual([])
  expect(logs).toContain('[redacted]')
  const database = await readFile(node.context.paths.nodeDatabase, 'latin1')
  expect([secret, link, cookie, password].filter((text) => database.includes(text))).toEqual([])
  for (const name of await readdir(node.context.paths.logs))
    expect((await stat(join(node.context.paths.logs, name))).mode & 0o077, name).toBe(0)
})

test('what callers choose cannot begin a line, colour a terminal or end the JSON', async () => {
  const evil = 'x\r\n{"level":60,"msg":"forged"}\u001b[31m\u009b31m\u2028\u0085\u007f"'
  await outpost.client.keys.create({ name: evil, scopes: ['read'] })
  await asOwner(outpost, `/api/files?name=${encodeURIComponent(evil)}`, { method: 'PUT', body: 'x' })
  await asOwner(outpost, `/${encodeURIComponent(evil)}`)
  outpost.node.context.log.warn({ name: evil, err: new Error(evil) }, evil)
  await expect.poll(() => read(outpost.node.context.paths.logs)).toContain('forged')
  const logs = await read(outpost.node.context.paths.logs)
  const lines = logs
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; level: number })
  expect(lines.some(({ msg }) => msg === evil)).toBe(true)
  expect(lines.every(({ level }) => level < 60)).toBe(true)
  expect([...logs].filter((char) => char !== '\n' && /\p{Cc}|\u2028|\u2029/u.test(char))).toEqual([])
})

test('it is rotated by size and keeps only so many files, for its owner alone', async () => {
  const directory = folderOfTest()
  const { log, close } = openLog({ directory, level: 'info', name: 'control' })
  const text = 'x'.repeat(1_000_000)
  for (let at = 0; at < 80; at++) {
    log.info(text)
    if (at % 8 === 0) await new Promise(setImmediate)
  }
  await close()
  const names = await readdir(directory)
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size))
  expect(names.filter((name) => name.endsWith('.log')).length).toBeLessThanOrEqual(6)
  expect(Math.max(...sizes)).toBeLessThan(30_000_000)
  // The list of names beside them, which the rotation keeps, says nothing that was logged.
  for (const name of names.filter((one) => one.endsWith('.log')))
    expect((await stat(join(directory, name))).mode & 0o077, name).toBe(0)
})
