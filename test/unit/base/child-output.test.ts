/** What a child writes by itself comes in bounded lines, to its last word, and a flood does not fill the log. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { forkChildren } from '../../../src-main/base/child.ts'
import { logLines } from '../../../src-main/base/output-lines.ts'
import { limits } from '../../../src-main/contract/limits.ts'
import { startLab } from '../../../src-main/lab/start-lab.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const directory = sharedFolder()

async function linesOf(program: string): Promise<string[]> {
  writeFileSync(join(directory, 'serving.js'), program)
  const child = forkChildren(directory, '.js')('serving')
  const lines: string[] = []
  child.onLine((line) => lines.push(line))
  await new Promise((resolve) => child.onExit(resolve))
  return lines
}

test('lines of both streams, without colours, bounded, and the last one of a process that dies', async () => {
  const lines = await linesOf(`
    const fs = require('node:fs')
    fs.writeSync(1, 'on standard output\\n')
    fs.writeSync(2, '\\u001b[0;93m2027 [W:onnxruntime] coloured\\u001b[m\\n\\n')
    fs.writeSync(2, 'x'.repeat(1_000_000) + '\\n')
    fs.writeSync(2, 'last words')
    process.kill(process.pid, 'SIGKILL')`)
  expect(lines.toSorted()).toEqual(
    [
      'on standard output',
      '2027 [W:onnxruntime] coloured',
      'x'.repeat(limits.outputLineCharsMax),
      'last words',
    ].toSorted(),
  )
})

test('of a flood the first lines of each period are logged, and how many more there were', () => {
  const written: Record<string, unknown>[] = []
  const log = pino({}, { write: (line: string) => void written.push(JSON.parse(line)) })
  let now = 0
  const tell = logLines(log, 'serving', () => now)
  for (let line = 0; line < 1000; line++) tell(`line ${line}`)
  expect(written).toHaveLength(limits.outputLogLinesMax)
  expect(written[0]).toMatchObject({ from: 'serving', line: 'line 0' })
  now = limits.outputLogSeconds * 1000
  tell('later')
  expect(written.at(-2)).toMatchObject({ from: 'serving', leftOut: 1000 - limits.outputLogLinesMax })
  expect(written.at(-1)).toMatchObject({ line: 'later' })
})

test('a lab process that dies is reported with what it wrote last', async () => {
  writeFileSync(
    join(directory, 'lab.js'),
    `process.on('message', () => {
       require('node:fs').writeSync(2, "terminate called after throwing an instance of 'std::bad_alloc'\\n  what():  std::bad_alloc\\n")
       process.abort()
     })`,
  )
  const task = { type: 'validate' as const, directory, skipRun: false, memoryBytesMax: 1024 ** 3 }
  await expect(startLab(forkChildren(directory, '.js'), task)).rejects.toMatchObject({
    code: 'LAB_CRASHED',
    message: expect.stringContaining('It last wrote: what():  std::bad_alloc'),
    details: {
      lastLines: expect.arrayContaining(["terminate called after throwing an instance of 'std::bad_alloc'"]),
    },
  })
})
