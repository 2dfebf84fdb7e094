/**
 * The built desktop as a whole: out/main/desktop.js, the preload, the page and a real node with its children, on the
 * stand-in for Electron. electron.spec opens the same on Electron itself.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { type BuiltDesktop, startBuiltDesktop } from '../support/built-desktop.ts'
import { safeStorage } from '../support/electron-stand-in-secrets.ts'

let dataDirectory: string
let desktop: BuiltDesktop
let page: Page

test.describe.configure({ mode: 'serial' })
test.beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'outpost-desktop-'))
  desktop = await startBuiltDesktop(dataDirectory)
  page = desktop.page
})
test.afterAll(async () => {
  desktop.process.kill('SIGKILL')
  await rm(dataDirectory, { recursive: true, force: true })
})

const status = () =>
  page.evaluate(async () => (await fetch('/api/status')).json()) as Promise<{
    host: string
    serving: { state: string; url: string }
  }>

test('shows the page to the owner, without a login and without a fault in its console', async () => {
  const faults: string[] = []
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  await page.reload()
  await expect(page.getByRole('navigation').first()).toBeVisible()
  expect((await status()).host).toBe('desktop')
  expect(faults).toEqual([])
})

test('35: serving runs in a process of its own, on loopback', async () => {
  await expect.poll(async () => (await status()).serving.state).toBe('ready')
  const { hostname, port } = new URL((await status()).serving.url)
  expect(hostname).toBe('127.0.0.1')
  const health = await fetch(`http://127.0.0.1:${port}/v2/health/live`)
  expect(health.status).toBe(200)
})

test('a command of the menu reaches the page', async () => {
  desktop.act({ type: 'choose-command', id: 'go.jobs' })
  await expect(page).toHaveURL(/#\/jobs/)
})

/** What the API answers, as the page gets it. */
const ask = <Answer>(method: string, path: string): Promise<Answer> =>
  page.evaluate(async ([verb, address]) => (await fetch(address, { method: verb })).json(), [
    method,
    path,
  ] as const)

test('a package that is opened shows what is in it, and installs nothing by itself', async () => {
  const { jobId } = await ask<{ jobId: string }>('POST', '/api/samples')
  const job = () => ask<{ state: string; failure: unknown }>('GET', `/api/jobs/${jobId}`)
  await expect.poll(async () => (await job()).state, { timeout: 40_000 }).toMatch(/done|failed/)
  expect(await job()).toMatchObject({ state: 'done', failure: null })
  const { rows } = await ask<{ rows: { id: string; latest: string }[] }>('GET', '/api/models')
  // One whose license allows it to be handed on.
  const model = rows.find(({ id }) => id === 'samples.digits')
  if (!model) throw new Error('the samples brought no digits')
  const bytes = await page.evaluate(
    async (path) => [...new Uint8Array(await (await fetch(path)).arrayBuffer())],
    `/api/packages/${model.id}/${model.latest}`,
  )
  const path = join(dataDirectory, 'sample.outpost')
  await writeFile(path, Uint8Array.from(bytes))

  desktop.act({
    type: 'second-instance',
    args: ['outpost', 'sample.outpost'],
    workingDirectory: dataDirectory,
  })
  const sheet = page.getByRole('dialog')
  await expect(sheet).toContainText('Import a package')
  await expect(sheet).toContainText('Installed already.')
  await page.keyboard.press('Escape')
})

test('a file that only ends like a package is refused in the sheet', async () => {
  await writeFile(join(dataDirectory, 'junk.outpost'), 'not a package')
  desktop.act({ type: 'second-instance', args: ['outpost', 'junk.outpost'], workingDirectory: dataDirectory })
  const sheet = page.getByRole('dialog')
  await expect(sheet).toContainText('PACKAGE_INVALID')
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
})

test('29: what the node seals stands neither in the page nor in a log nor in the clear on the disk', async () => {
  const sealed = Object.values(
    JSON.parse(await readFile(join(dataDirectory, 'secrets.json'), 'utf8')) as Record<string, string>,
  )
  expect(sealed.length).toBeGreaterThan(0)
  const opened = sealed.map((text) => safeStorage.decryptStringAsync(Buffer.from(text, 'base64')))
  const secrets = (await Promise.all(opened)).map(({ result }) => result)

  const logs = await readdir(join(dataDirectory, 'logs'))
  const texts = await Promise.all(logs.map((name) => readFile(join(dataDirectory, 'logs', name), 'utf8')))
  const seen = await page.evaluate(async () => {
    const paths = ['/api/status', '/api/keys', '/api/publisher', '/api/publishers', '/api/login']
    const answers = await Promise.all(paths.map(async (path) => (await fetch(path)).text()))
    return [document.documentElement.outerHTML, JSON.stringify(localStorage), ...answers].join('\n')
  })
  expect(logs).toContain('desktop.log')
  for (const secret of secrets) expect([...texts, seen].join('\n')).not.toContain(secret)
})

test('quitting stops the node and its children', async () => {
  const { serving } = await status()
  expect(await desktop.quit()).toBe(0)
  await expect(fetch(`${serving.url}/v2/health/live`)).rejects.toThrow()
})
