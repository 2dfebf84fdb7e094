/** Case 74: texts that want to be a line of the log or a command of the terminal, and secrets that come into a log. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loginCookie } from '../../src-main/flows/access/identify.ts'
import { ownSigner } from '../../src-main/flows/access/publishers.ts'
import { commandsOn } from '../support/commands-in-process.ts'
import { grpcClient } from '../support/grpc-client.ts'
import { asOwner, handOver, postJson, told } from '../support/handed-over.ts'
import { importAttempt, redescribed } from '../support/hostile-import.ts'
import { openNode } from '../support/open-node.ts'
import { packedPackage } from '../support/package-folder.ts'
import { entriesOf, writeEntries } from '../support/tar-surgery.ts'

const open = openNode()

async function logs(): Promise<string> {
  const directory = open.outpost.node.context.paths.logs
  const names = (await readdir(directory)).filter((name) => name.endsWith('.log'))
  return (await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))).join('')
}

/** A line of its own, colours, a cleared screen, another title, and every character that ends a line somewhere. */
const evil =
  'x\r\n{"level":60,"msg":"forged"}\u001b[31m\u001b[2J\u001b]0;title\u0007\u009b31m\u2028\u2029\u0085\u000b\u000c\u0000\u007f\u202e"'
/** What a header may carry of it. */
const evilHeader = 'x{"level":60,"msg":"forged"}\t[31m"'

test('74: what callers choose is never a line, a colour or the end of JSON in a log', async () => {
  await open.outpost.client.keys.create({ name: evil, scopes: ['read'] })
  await asOwner(open.outpost, `/api/files?name=${encodeURIComponent(evil)}`, { method: 'PUT', body: 'x' })
  const handle = await handOver(open.outpost, evil, 'no package')
  expect(await told(postJson(open.outpost, '/api/packages/inspect', { handle }))).toMatch(/^4/)
  await asOwner(open.outpost, `/${encodeURIComponent(evil)}`)
  await asOwner(open.outpost, `/api/models/${encodeURIComponent(evil)}`)
  await postJson(open.outpost, '/api/deployments', { model: evil, version: evil })
  for (const headers of [
    { 'user-agent': evilHeader },
    { 'outpost-session': evilHeader },
    { traceparent: evilHeader },
  ])
    await open.ask(
      `/v1/models/${encodeURIComponent(evil)}@${encodeURIComponent(evil)}/predict`,
      '{"inputs":[1]}',
      headers,
    )
  await open.ask('/v2/models/acme.linear/infer', JSON.stringify({ id: evil, inputs: [{ name: evil }] }))
  const client = grpcClient(open.grpc, open.key)
  await client.call('ModelReady', { name: evil, version: evil })
  client.close()
  open.outpost.node.context.log.warn({ [evil]: evil, err: new Error(evil) }, evil)
  await expect.poll(logs).toContain('forged')

  const written = await logs()
  const lines = written.trimEnd().split('\n')
  const parsed = lines.map((line) => JSON.parse(line) as { level: number; msg: string })
  expect(parsed.some(({ msg }) => msg === evil)).toBe(true)
  expect(parsed.filter(({ level }) => level >= 60)).toEqual([])
  expect([...written].filter((char) => char !== '\n' && /\p{Cc}|\u2028|\u2029/u.test(char))).toEqual([])
})

test('74: no secret stands in a log, in whatever field it was logged', async () => {
  const { secrets, log } = open.outpost.node.context
  const guessed = 'opk_guessed-by-someone-0123456789'
  await fetch(`${open.serving}/v1/models`, { headers: { authorization: `Bearer ${guessed}` } })
  await open.outpost.fetch('/api/models', { headers: { authorization: `Bearer ${guessed}` } })
  await open.outpost.fetch(`/api/models?key=${open.key}`, {
    headers: { cookie: `${loginCookie(open.outpost.node.context)}=${guessed}` },
  })
  log.error({ headers: { authorization: open.key }, request: { body: { password: guessed } } }, 'careless')
  log.error(
    { request: { options: { headers: { cookie: guessed, authorization: `Bearer ${open.key}` } } } },
    'deep',
  )
  log.error(
    { err: Object.assign(new Error('failed'), { config: { headers: { authorization: open.key } } }) },
    'error',
  )
  await expect.poll(logs).toContain('"msg":"error"')
  const written = await logs()
  const kept = [open.key, guessed, secrets.ownerToken, secrets.internalKey, secrets.pepper.toString('hex')]
  expect(kept.filter((secret) => written.includes(secret))).toEqual([])
  expect(written).toContain('[redacted]')
})

test('74: a package of a stranger steers no terminal', async () => {
  const signer = ownSigner(open.outpost.node.context)
  const original = await packedPackage(open.folder, signer)
  const told = (text: string) =>
    text
      .replace('"Adder"', JSON.stringify(`Adder${evil}`))
      .replace('"Adds four numbers to four numbers."', JSON.stringify(evil))
      .replace('"First."', JSON.stringify(evil))
  const changed = redescribed(await entriesOf(original), signer, told)
  const path = await writeEntries(join(open.folder, 'evil.outpost'), changed)
  expect(await importAttempt(open.outpost, path)).toMatchObject({ code: 'imported' })
  const run = commandsOn(join(open.folder, 'data'))
  const remote = ['--url', open.control]
  const outputs = [
    await run('inspect', path),
    await run('validate', path),
    await run('import', path),
    await run('inspect', join(open.folder, evil.replaceAll('\0', ''))),
    await run('deploy', evil),
    await run(evil),
  ]
  process.env.OUTPOST_KEY = open.key
  try {
    for (const command of ['models', 'versions acme.adder', 'keys list', 'deployments'])
      outputs.push(await run(...command.split(' '), ...remote))
  } finally {
    delete process.env.OUTPOST_KEY
  }
  const written = outputs.map(({ out, errors }) => out + errors).join('')
  expect(written).toContain('Adder')
  expect(
    [...written].filter((char) => !'\n\t'.includes(char) && /\p{Cc}|[\u202a-\u202e]/u.test(char)),
  ).toEqual([])
})
