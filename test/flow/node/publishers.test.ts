/** Whom this node believes: trust given, refused and taken, names that stand for one key, and the own key over its changes. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceSecretText } from '../../../src-main/auth/secret-files.ts'
import { exportSigningKey, generateSigningKey } from '../../../src-main/base/signing-key.ts'
import type { PackageDescriptorInput } from '../../../src-main/contract/package.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { described, newVersion, refusalOf, register } from '../../support/handed-over.ts'
import { writeSource } from '../../support/package-folder.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeEach(async () => {
  outpost = await startWholeNode({ serving: null })
})
afterEach(() => outpost[Symbol.asyncDispose]())

type Key = ReturnType<typeof generateSigningKey>
const pem = (key: Key): string => createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string

async function packed(
  key: Key | null,
  publisher = 'acme',
  more: Partial<PackageDescriptorInput> = {},
): Promise<string> {
  const folder = temporaryFolder()
  const output = join(folder, 'p.outpost')
  const source = await readSource(await writeSource(join(folder, 's'), more))
  await pack(source, { output, signer: key ? { publisher, privateKey: key } : undefined })
  return output
}

async function importOf(path: string, trust?: string): Promise<string> {
  const { handle } = await outpost.node.adopt(path)
  const { packageId } = await outpost.client.packages.inspect({ handle })
  const { jobId } = await outpost.client.packages.import({ packageId, ...(trust ? { trust } : {}) })
  const job = await outpost.ended(jobId)
  return job.failure?.code ?? String(job.output?.outcome)
}

const seen = async (path: string) =>
  (await outpost.client.packages.inspect({ handle: (await outpost.node.adopt(path)).handle })).publisher

test('an unknown key, an unsigned package, the wrong fingerprint and a foreign key are each refused by name', async () => {
  const [key, other] = [generateSigningKey(), generateSigningKey()]
  const path = await packed(key)
  expect(await importOf(path)).toBe('PUBLISHER_UNKNOWN')
  expect(await importOf(path, `sha256:${'0'.repeat(64)}`)).toBe('PUBLISHER_UNKNOWN')
  expect(await importOf(await packed(null))).toBe('PACKAGE_UNSIGNED')
  await outpost.client.publishers.trust({ name: 'acme', publicKey: pem(key) })
  expect(await importOf(await packed(other), (await seen(await packed(other))).fingerprint ?? '')).toBe(
    'PUBLISHER_MISMATCH',
  )
  expect(await refusalOf(importOf(await packed(key, 'other')))).toBe('SIGNATURE_INVALID')
  expect(await importOf(path)).toBe('registered')
  expect(await importOf(path)).toBe('same')
})

test('trust that is taken holds for the next import, not for what is here', async () => {
  const key = generateSigningKey()
  await outpost.client.publishers.trust({ name: 'acme', publicKey: pem(key) })
  expect(await importOf(await packed(key))).toBe('registered')
  await outpost.client.publishers.remove({ name: 'acme' })
  expect(await importOf(await packed(key, 'acme', { version: '1.1.0' }))).toBe('PUBLISHER_UNKNOWN')
  expect(
    (await outpost.client.models.version({ model: 'acme.adder', version: '1.0.0' })).publisher.trust,
  ).toBe('unknown')
})

test('one name, one key: neither a trusted name nor a trusted key can be taken by another', async () => {
  const { client } = outpost
  const key = generateSigningKey()
  const { name: own } = await client.publishers.own()
  await client.publishers.trust({ name: 'acme', publicKey: pem(key) })
  expect(await refusalOf(client.publishers.trust({ name: 'other', publicKey: pem(key) }))).toBe(
    'PUBLISHER_MISMATCH',
  )
  expect(await refusalOf(client.publishers.trust({ name: own, publicKey: pem(generateSigningKey()) }))).toBe(
    'PUBLISHER_MISMATCH',
  )
  expect(await refusalOf(client.publishers.rename({ name: 'acme' }))).toBe('PUBLISHER_MISMATCH')
  const passphrase = 'twelve characters'
  const exported = exportSigningKey(generateSigningKey(), passphrase)
  expect(await refusalOf(client.publishers.importKey({ pem: exported, passphrase, name: 'acme' }))).toBe(
    'PUBLISHER_MISMATCH',
  )
  expect(
    await refusalOf(client.publishers.importKey({ pem: exported, passphrase: 'another passphrase' })),
  ).toBe('KEY_INVALID')
  expect(await refusalOf(client.publishers.remove({ name: own }))).toBe('NOT_FOUND')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    type: 'spki',
    format: 'pem',
  }) as string
  for (const publicKey of ['', 'no key', rsa, exportSigningKey(key)])
    expect(await refusalOf(client.publishers.trust({ name: 'third', publicKey }))).toBe('KEY_INVALID')
  expect((await client.publishers.list({})).rows.map(({ name }) => name)).toEqual([own, 'acme'])
})

test('the own key is rotated, renamed and brought back, and what it signed stays its own', async () => {
  const { client } = outpost
  await client.publishers.rename({ name: 'acme' })
  const metadata = { descriptor: described }
  const registered = (version: string, card: string) =>
    register(
      outpost,
      { model_name: 'acme.own', version, metadata },
      { 'model.onnx': linearModel(4, 3), 'CARD.md': card },
    )
  expect((await registered('1.0.0', 'a')).status).toBe(201)
  const passphrase = 'twelve characters'
  const before = await client.publishers.own()
  const { pem: kept } = await client.publishers.exportKey({ passphrase })
  await client.publishers.rotate()
  expect((await client.publishers.own()).fingerprint).not.toBe(before.fingerprint)
  expect((await registered('1.1.0', 'b')).status).toBe(201)
  for (const version of ['1.0.0', '1.1.0'])
    expect((await client.models.version({ model: 'acme.own', version })).publisher.trust).toBe('own')
  await client.publishers.importKey({ pem: kept, passphrase })
  expect(await client.publishers.own()).toMatchObject({ name: 'acme', fingerprint: before.fingerprint })
  expect((await registered('1.2.0', 'c')).status).toBe(201)
})

test('a change of the own key that was cut off between its file and its row keeps the name', async () => {
  const folder = temporaryFolder()
  const first = await temporaryNode({ serving: null, dataDirectory: folder })
  await first.client.publishers.rename({ name: 'acme' })
  const retired = await first.client.publishers.own()
  await first.client.publishers.rotate()
  const { keys } = first.node.context.paths
  const { pem: kept } = { pem: exportSigningKey(generateSigningKey()) }
  await first.stop()
  await replaceSecretText(join(keys, 'publisher.pem'), kept)
  const second = await temporaryNode({ serving: null, dataDirectory: folder })
  const own = await second.client.publishers.own()
  expect([own.name, own.fingerprint === retired.fingerprint]).toEqual(['acme', false])
  await newVersion(second, 'acme.own', linearModel(4, 3))
})
