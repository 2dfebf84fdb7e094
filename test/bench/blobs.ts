/**
 * Figures of the blob store: what bringing in a file of 1 GiB costs beside `cp` and `sha256sum`, in time and in memory,
 * and how fast it is verified. Run by node as it stands; it prints and asserts nothing.
 */
import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blobPath } from '../../src-main/store/blob-paths.ts'
import { createBlobStore, verifyBlob } from '../../src-main/store/blobs.ts'
import { linkTree } from '../../src-main/store/link-tree.ts'

const mebibyte = 2 ** 20
const mebibytes = 1024
const rounds = 3

async function measure(name: string, work: (round: number) => unknown): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    await work(round)
    times.push((performance.now() - started) / 1000)
  }
  const seconds = times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
  console.log(`  ${name.padEnd(44)} ${seconds.toFixed(2)} s   ${Math.round(mebibytes / seconds)} MiB/s`)
}

function makeFile(path: string): void {
  const file = openSync(path, 'w')
  const block = Buffer.alloc(mebibyte)
  for (let at = 0; at < mebibytes; at++) writeSync(file, randomFillSync(block))
  closeSync(file)
}

const folder = mkdtempSync(join(tmpdir(), 'outpost-bench-'))
try {
  const source = join(folder, 'source')
  const copy = join(folder, 'copy')
  makeFile(source)
  const store = createBlobStore(join(folder, 'data'))
  console.log(`\nA file of ${mebibytes} MiB, the middle of ${rounds} runs; each import is synced`)
  await measure('cp, then sha256sum', () => {
    execFileSync('cp', [source, copy])
    execFileSync('sha256sum', [copy])
  })
  await measure('cp, sync, then sha256sum', () => {
    execFileSync('cp', [source, copy])
    execFileSync('sync', [copy])
    execFileSync('sha256sum', [copy])
  })
  rmSync(copy)
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5)
  let digest = ''
  await measure('import from a path', async () => {
    if (digest !== '') rmSync(blobPath(store.dataDir, digest))
    digest = (await store.begin().write(source)).digest
  })
  clearInterval(watch)
  console.log(`  memory grew by ${Math.round((most - before) / mebibyte)} MiB at most`)
  await measure('verify', () => verifyBlob(store.dataDir, digest))
  await measure('a verified tree of hard links', (round) =>
    linkTree(store.dataDir, [{ path: 'model.onnx', digest }], join(folder, `tree-${round}`)),
  )
  for (let round = 0; round < rounds; round++) execFileSync('cp', [source, `${copy}-${round}`])
  await measure('adopt the file itself', (round) => store.begin().adopt(`${copy}-${round}`))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
