/** Packing and unpacking while the disk fills up or the process is killed: the whole result or none of it. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { openPackage } from '../../../src-main/package/archive/open-package.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { unpack } from '../../../src-main/package/archive/unpack.ts'
import { test as base, refusal, writeLargeSource, writeSource } from '../../support/package-folder.ts'

const mebibyte = 1 << 20

const test = base.extend<{ smallDisk: string }>({
  /** A file system of two mebibytes, where the account may mount one. */
  smallDisk: async ({ folder, skip }, use) => {
    const disk = join(folder, 'disk')
    await mkdir(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'pipe' })
    } catch (error) {
      skip(`needs to mount a small file system: ${(error as Error).message.split('\n').at(-1)}`)
    }
    await use(disk)
    execFileSync('umount', [disk])
  },
})

test('a full disk while packing: DISK_FULL, and nothing is left', async ({ folder, smallDisk }) => {
  const source = await writeSource(
    join(folder, 's'),
    { data: ['big'] },
    { big: Buffer.alloc(4 * mebibyte, 1) },
  )
  expect(
    await refusal(async () => pack(await readSource(source), { output: join(smallDisk, 'p.outpost') })),
  ).toBe('DISK_FULL')
  expect(await readdir(smallDisk)).toEqual([])
})

test('a full disk while unpacking: DISK_FULL, and nothing is left', async ({ folder, smallDisk }) => {
  const source = await writeSource(
    join(folder, 's'),
    { data: ['big'] },
    { big: Buffer.alloc(4 * mebibyte, 1) },
  )
  const path = join(folder, 'p.outpost')
  await pack(await readSource(source), { output: path })
  expect(await refusal(() => unpack(path, join(smallDisk, 'out')))).toBe('DISK_FULL')
  expect(await readdir(smallDisk)).toEqual([])
})

const largeSource = (folder: string) => writeLargeSource(join(folder, 's'), 256 * mebibyte)

/** Runs a module text on its own Node.js, kills it at its first line, and waits until it is gone. */
async function runAndKill(text: string): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    expect(line).toBe('writing')
    child.kill('SIGKILL')
  }
  expect((await gone)[1]).toBe('SIGKILL')
}

const room = new URL('../../../src-main/package/archive/', import.meta.url).href
const script = (call: string): string => `
  import { pack } from '${room}pack.ts'
  import { readSource } from '${room}read-source.ts'
  import { unpack } from '${room}unpack.ts'
  let said = false
  const onProgress = ({ bytesDone }) => {
    if (bytesDone < 8 * ${mebibyte} || said) return
    said = true
    process.stdout.write('writing\\n')
  }
  await ${call}
`

test('kill -9 in the middle of packing leaves no package, and packing again works', async ({ folder }) => {
  const source = await largeSource(folder)
  const output = join(folder, 'p.outpost')
  await runAndKill(
    script(
      `pack(await readSource(${JSON.stringify(source)}), { output: ${JSON.stringify(output)}, onProgress })`,
    ),
  )
  const left = (await readdir(folder)).filter((name) => name !== 's')
  expect(left.every((name) => name.endsWith('.partial'))).toBe(true)
  const packed = await pack(await readSource(source), { output })
  expect((await openPackage(output)).digest).toBe(packed.digest)
}, 60_000)

test('kill -9 in the middle of unpacking leaves no folder, and unpacking again works', async ({ folder }) => {
  const source = await largeSource(folder)
  const [path, out] = [join(folder, 'p.outpost'), join(folder, 'out')]
  await pack(await readSource(source), { output: path })
  await runAndKill(script(`unpack(${JSON.stringify(path)}, ${JSON.stringify(out)}, { onProgress })`))
  expect(await readdir(folder)).not.toContain('out')
  await unpack(path, out)
  expect((await readdir(out)).toSorted()).toEqual(['CARD.md', 'data.bin', 'model.onnx', 'outpost.json'])
}, 60_000)

test('packing and unpacking a large file takes little memory', async ({ folder }) => {
  const source = await readSource(await largeSource(folder))
  const path = join(folder, 'p.outpost')
  const before = process.memoryUsage()
  let most = 0
  const onProgress = (): void => {
    const now = process.memoryUsage()
    most = Math.max(most, now.external + now.heapUsed - before.external - before.heapUsed)
  }
  await pack(source, { output: path, onProgress })
  await unpack(path, join(folder, 'out'), { onProgress })
  expect(most).toBeLessThan(50 * mebibyte)
}, 60_000)
