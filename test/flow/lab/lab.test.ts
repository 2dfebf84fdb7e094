/** The lab process: a report for a good package, and for a bad one the right name for what happened. */
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { type Child, forkChildren, type StartChild } from '../../../src-main/base/child.ts'
import type { PackageDescriptorInput } from '../../../src-main/contract/package.ts'
import { startLab } from '../../../src-main/lab/start-lab.ts'
import { type Files, writeSource } from '../../support/package-folder.ts'
import { endlessModel, linearModel, slowModel } from '../../support/served-models.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const start = forkChildren(join(import.meta.dirname, '../../../src-main'), '.ts')
let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})

const write = (onnx: Uint8Array, more: Partial<PackageDescriptorInput> = {}, files: Files = {}) =>
  writeSource(folder, more, { 'model.onnx': onnx, ...files })
const task = (memoryBytesMax = 8 * 1024 ** 3) => ({
  type: 'validate' as const,
  directory: folder,
  skipRun: false,
  memoryBytesMax,
})

test('a package with a suite is run case by case, and each rung is told while it is climbed', async () => {
  const cases = [
    { id: 'right', inputs: { x: [1, 2, 3, 4] }, expected: { label: 'a' } },
    { id: 'wrong', inputs: { x: { p: 1, q: 2, r: 3, s: 4 } }, expected: { label: 'c' } },
  ]
  const names = ['p', 'q', 'r', 's'].map((name) => ({ name }))
  await write(
    linearModel(4, 3),
    {
      inputs: [{ kind: 'fields', tensor: 'x', fields: names }],
      outputs: [{ kind: 'classes', tensor: 'scores', labels: ['a', 'b', 'c'] }],
      suite: 'cases.jsonl',
    },
    { 'cases.jsonl': cases.map((one) => JSON.stringify(one)).join('\n') },
  )
  const seen: string[] = []
  const { report, graph } = await startLab(start, task(), {
    onCheck: (check, done, of) => seen.push(`${done}/${of} ${check.name}`),
  })
  expect(report).toMatchObject({ verdict: 'passed', batchSafe: true, measured: { cases: 2, accuracy: 0.5 } })
  expect(report.runtime).toEqual({ name: 'onnxruntime', version: '1.30.0' })
  expect(graph).toMatchObject({ inputs: [{ name: 'x', shape: [-1, 4] }] })
  expect(seen).toHaveLength(report.checks.length)
  expect(seen.at(-1)).toBe(`${report.checks.length}/${report.checks.length} memory`)
})

test('a case may not read files outside the package', async () => {
  await write(
    linearModel(4, 3),
    {
      inputs: [{ kind: 'image', tensor: 'x', width: 2, height: 2, channels: 'L', layout: 'flat' }],
      suite: 'cases.jsonl',
    },
    { 'cases.jsonl': JSON.stringify({ id: 'a', inputs: { x: { file: '../../etc/passwd' } }, expected: {} }) },
  )
  const { report } = await startLab(start, task())
  expect(report).toMatchObject({ verdict: 'failed' })
  expect(report.checks.find(({ name }) => name === 'cases')?.message).toContain(
    'not a path inside the package',
  )
})

test('a model that asks for more memory than it may have is LAB_LIMIT, and no verdict', async () => {
  await write(slowModel(1, 30_000))
  await expect(startLab(start, task(1024 ** 3))).rejects.toMatchObject({ code: 'LAB_LIMIT' })
})

test('a model that never ends is LAB_LIMIT once the time is up, and its process is gone', async () => {
  await write(endlessModel())
  let child: Child | undefined
  const watched: StartChild = (entry) => {
    child = start(entry)
    return child
  }
  const exited = new Promise((resolve) => {
    startLab(watched, task(), { secondsMax: 3 }).catch((error: { code: string }) => {
      expect(error.code).toBe('LAB_LIMIT')
    })
    child?.onExit(resolve)
  })
  expect(await exited).toBe('SIGKILL')
})

test('a process that dies is LAB_CRASHED; one that is called off ends with the reason', async () => {
  await write(linearModel(4, 3))
  const dying: StartChild = (entry) => {
    const child = start(entry)
    process.kill(child.pid ?? 0, 'SIGSEGV')
    return child
  }
  await expect(startLab(dying, task())).rejects.toMatchObject({ code: 'LAB_CRASHED' })
  const called = new AbortController()
  const running = startLab(start, task(), {
    signal: called.signal,
    onCheck: () => called.abort(new Error('called off')),
  })
  await expect(running).rejects.toThrow('called off')
})
