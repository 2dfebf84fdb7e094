/** Packing a version that says what it was made of asks the licenses of its parents, as its import would. */
import { existsSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandsOn, type RunCommand } from '../../support/commands-in-process.ts'
import { type ForeignPackage, foreignPackage } from '../../support/foreign-package.ts'
import { type HeadlessProcess, startHeadless } from '../../support/headless-process.ts'
import { type TestIssuer, termsOf, testIssuer } from '../../support/licenses.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
let node: HeadlessProcess
let outpost: RunCommand
let foreign: ForeignPackage
let issuer: TestIssuer
const inFolder = (name: string) => join(folder, name)

beforeAll(async () => {
  node = await startHeadless(inFolder('data'))
  outpost = commandsOn(inFolder('data'))
  foreign = await foreignPackage('acme', '1.0.0', folder)
  issuer = testIssuer('acme', foreign.privateKey)
  await outpost('publisher', 'rename', 'own')
  expect(await outpost('import', foreign.path, '--trust', foreign.fingerprint)).toMatchObject({ code: 0 })
}, 120_000)
afterAll(() => node.end('SIGTERM'))

async function madeOf(model: string, relation: string): Promise<string> {
  const source = inFolder(`${model}-${relation}`)
  await cp(foreign.source, source, { recursive: true })
  const file = join(source, 'outpost.json')
  const described = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  const lineage = [{ model, version: '1.0.0', relation }]
  await writeFile(file, JSON.stringify({ ...described, id: 'own.cells', lineage }))
  return source
}

async function license(rights: { derivatives: boolean; modification: boolean }): Promise<void> {
  const terms = termsOf('DEVELOPER')
  const { text } = issuer.license({ terms: { ...terms, rights: { ...terms.rights, ...rights } } })
  for (const { lid } of await node.client.licenses.list({})) await node.client.licenses.remove({ lid })
  await node.client.licenses.install({ document: text })
}

const output = () => inFolder('made.outpost')
const packed = (source: string, ...options: string[]) =>
  outpost('pack', source, '-o', output(), '--force', ...options)

test('without a license of the parent, and with one that does not allow it, nothing is packed', async () => {
  const derived = await madeOf('acme.cells', 'quantized')
  const without = await packed(derived)
  expect(without).toMatchObject({ code: 1, out: '' })
  expect(without.errors).toMatch(/^LIC_NONE: acme\.cells@1\.0\.0/)

  await license({ derivatives: false, modification: true })
  const { errors } = await packed(derived)
  expect(errors).toMatch(/^LIC_DERIVATIVE_DENIED: acme\.cells@1\.0\.0[^\n]*: [^\n]+\n[^\n]+/)
  expect(existsSync(output())).toBe(false)
  expect(await packed(await madeOf('acme.cells', 'modified'))).toMatchObject({ code: 0, errors: '' })

  await license({ derivatives: true, modification: false })
  expect(await packed(derived)).toMatchObject({ code: 0, errors: '' })
  const modified = await packed(inFolder('acme.cells-modified'))
  expect(modified.errors).toMatch(/^LIC_MODIFICATION_DENIED: /)
  // Leaving the signature out is no way around it.
  expect((await packed(inFolder('acme.cells-modified'), '--unsigned')).errors).toMatch(/^LIC_MODIFICATION/)
})

test('what is not here, or not of another, is not asked', async () => {
  expect(await packed(await madeOf('elsewhere.cells', 'merged'))).toMatchObject({ code: 0, errors: '' })
  const apart = commandsOn(inFolder('no-node'))
  const source = inFolder('acme.cells-modified')
  expect(await apart('pack', source, '-o', output(), '--force', '--unsigned')).toMatchObject({ code: 0 })
  expect(existsSync(inFolder('no-node'))).toBe(false)
})
