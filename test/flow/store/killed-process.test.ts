/** kill -9 in the middle of imports: the next start removes what was half written, and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { verifyAuditChain } from '../../../src-main/audit/verify-chain.ts'
import { resolveVersion } from '../../../src-main/registry/resolve.ts'
import { verifyVersions } from '../../../src-main/registry/verify.ts'
import { collectBlobs, storedBlobs } from '../../../src-main/store/blobs/blob-collect.ts'
import { createBlobStore, verifyBlob } from '../../../src-main/store/blobs/blobs.ts'
import { findRunningNode, openDataDirectory } from '../../../src-main/store/data-directory.ts'
import { openNodeDatabase } from '../../../src-main/store/open.ts'
import { recoverDataDirectory } from '../../../src-main/store/recover.ts'
import { referencedBlobs } from '../../../src-main/store/tables/blob-rows.ts'
import { countVersions } from '../../../src-main/store/tables/versions.ts'
import { by } from '../../support/registration.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const program = join(import.meta.dirname, '../../support/importing-process.ts')

/** Resolves when the process owns the folder; `lines` grows with what it says. */
async function importing(
  dataDir: string,
  run: string,
): Promise<{ child: ChildProcess; lines: string[]; ended: Promise<unknown> }> {
  const child = spawn(process.execPath, [program, dataDir, run], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise((resolve) => child.once('close', resolve))
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) =>
      line === 'ready' ? resolve() : lines.push(line),
    )
    child.once('exit', () => reject(new Error('the process ended before it was ready')))
  })
  return { child, lines, ended }
}

const partials = (dataDir: string) =>
  readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.partial'))

test('twenty kills at random moments lose nothing that was registered and keep nothing half', {
  timeout: 120_000,
}, async () => {
  const dataDir = join(temporaryFolder(), 'data')
  const registered: string[] = []
  let halves = 0
  for (let run = 0; run < 20; run++) {
    const { child, lines, ended } = await importing(dataDir, String(run))
    await wait(Math.random() * 120)
    child.kill('SIGKILL')
    await ended
    registered.push(...lines.map((line) => line.slice('registered '.length)))
    halves += partials(dataDir).length

    const directory = await openDataDirectory(dataDir) // no stale lock
    const db = openNodeDatabase(dataDir)
    const blobsBefore = [...(await Array.fromAsync(storedBlobs(dataDir)))]
    await recoverDataDirectory(directory.paths, { uploads: new Set(), drafts: new Set() })
    expect(partials(dataDir)).toEqual([])
    expect(await Array.fromAsync(storedBlobs(dataDir))).toEqual(blobsBefore)
    for (const model of registered) expect(resolveVersion(db, model).version.version).toBe('1.0.0')
    // One more may be in: killed between its commit and its line.
    expect(countVersions(db) - registered.length).toBeLessThanOrEqual(run + 1)
    expect(verifyAuditChain(db)).toMatchObject({ outcome: 'intact', entries: countVersions(db) })
    db.close()
    await directory.release()
  }
  const db = openNodeDatabase(dataDir)
  for (const digest of await Array.fromAsync(storedBlobs(dataDir)))
    expect(await verifyBlob(dataDir, digest)).toBe('intact')
  for await (const { intact } of verifyVersions(db, dataDir, null, by)) expect(intact).toBe(true)
  await collectBlobs(db, createBlobStore(dataDir))
  expect((await Array.fromAsync(storedBlobs(dataDir))).toSorted()).toEqual(
    referencedBlobs(db).map(({ digest }) => digest),
  )
  expect(registered.length).toBeGreaterThan(10)
  expect(halves).toBeGreaterThan(0) // the kills did hit writes
  db.close()
})

test('a second process on the folder is refused and told who has it, until that one is gone', async () => {
  const dataDir = join(temporaryFolder(), 'data')
  const { child, ended } = await importing(dataDir, 'owner')
  await expect(openDataDirectory(dataDir)).rejects.toThrow(
    expect.objectContaining({
      code: 'DATA_DIR_IN_USE',
      details: expect.objectContaining({ pid: child.pid }),
    }),
  )
  expect(await findRunningNode(dataDir)).toMatchObject({ pid: child.pid })
  child.kill('SIGKILL')
  await ended
  expect(await findRunningNode(dataDir)).toBeNull()
  await (await openDataDirectory(dataDir)).release()
})

test('two processes that write the same blob at once are both right', async () => {
  const dataDir = temporaryFolder()
  const writer = `
    const { createBlobStore } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src-main/store/blobs/blobs.ts'))})
    const store = createBlobStore(${JSON.stringify(dataDir)})
    const source = async function* () { for (let at = 0; at < 40; at++) yield Buffer.alloc(100_000, at) }
    for (let n = 0; n < 20; n++) console.log((await store.begin().write(source())).digest)`
  const outputs = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writer], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      return (await Array.fromAsync(createInterface({ input: child.stdout }))).join('\n')
    }),
  )
  const digests = new Set(outputs.join('\n').trim().split('\n'))
  expect(digests.size).toBe(1)
  const [digest = ''] = digests
  expect(await Array.fromAsync(storedBlobs(dataDir))).toEqual([digest])
  expect(await verifyBlob(dataDir, digest)).toBe('intact')
  expect(partials(dataDir)).toEqual([])
})
