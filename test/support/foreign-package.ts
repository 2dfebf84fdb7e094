/** A package as it comes from elsewhere: a sample under the name of a publisher whom the node does not know. */
import type { KeyObject } from 'node:crypto'
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fingerprintOf, generateSigningKey, publicKeyText } from '../../src-main/base/signing-key.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import { importAttempt } from './hostile-import.ts'
import { type TestIssuer, testIssuer } from './licenses.ts'
import type { WholeNode } from './whole-node.ts'

const sample = join(import.meta.dirname, '..', '..', 'resources', 'samples', 'breast-cancer', '1.0.0')

export interface ForeignPackage {
  /** Holds it and its source; whoever asked for it removes it, or the folder that it was put into. */
  folder: string
  path: string
  source: string
  publisher: string
  fingerprint: string
  /** As the publisher would send it. */
  publicKey: string
  /** Issues its licenses. */
  privateKey: KeyObject
}

export async function foreignPackage(
  publisher: string,
  version = '1.0.0',
  into = tmpdir(),
): Promise<ForeignPackage> {
  const folder = await mkdtemp(join(into, 'outpost-foreign-'))
  const source = join(folder, 'source')
  await cp(sample, source, { recursive: true })
  const descriptor = JSON.parse(await readFile(join(source, 'outpost.json'), 'utf8')) as Record<
    string,
    unknown
  >
  const changed = { ...descriptor, id: `${publisher}.cells`, version, title: 'Cells under the microscope' }
  await writeFile(join(source, 'outpost.json'), JSON.stringify(changed))
  const privateKey = generateSigningKey()
  const path = join(folder, 'cells.outpost')
  await pack(await readSource(source), { output: path, signer: { publisher, privateKey } })
  return {
    folder,
    path,
    source,
    publisher,
    fingerprint: fingerprintOf(privateKey),
    privateKey,
    publicKey: `-----BEGIN PUBLIC KEY-----\n${publicKeyText(privateKey)}\n-----END PUBLIC KEY-----\n`,
  }
}

/** One of acme that the node has imported, its publisher trusted, and who issues its licenses; gone with the node. */
export async function importedForeign(
  outpost: WholeNode,
): Promise<{ foreign: ForeignPackage; issuer: TestIssuer }> {
  const foreign = await foreignPackage('acme', '1.0.0', outpost.dataDirectory)
  const { code, message } = await importAttempt(outpost, foreign.path)
  if (code !== 'imported') throw new Error(`${code}: ${message}`)
  return { foreign, issuer: testIssuer('acme', foreign.privateKey) }
}
