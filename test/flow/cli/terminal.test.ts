/** Where a person sits: a bar on a terminal and on nothing else, and a reader of the output that has seen enough. */
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { answer, outpost } from '../../support/command-line.ts'
import { writeLargeSource } from '../../support/package-folder.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'
import { sourceDirectory } from '../../support/whole-node.ts'

const folder = sharedFolder()
const inFolder = (...names: string[]) => join(folder, ...names)
const data = ['--data', inFolder('data')]
const cli = join(sourceDirectory, 'cli.ts')

/** Enough to hash that it takes longer than the second after which the bar is drawn. */
const dataBytes = 1_000_000_000

beforeAll(async () => {
  await answer(['publisher', 'rename', 'acme', ...data])
  await writeLargeSource(inFolder('source'), dataBytes)
  await answer(['pack', inFolder('source'), '-o', inFolder('large.outpost'), ...data])
})

// util-linux; the one program that gives a child a terminal without a native module.
test.skipIf(!existsSync('/usr/bin/script'))(
  'a bar is drawn on a terminal, and goes when it is done',
  async ({ skip }) => {
    const words = [process.execPath, cli, 'validate', inFolder('large.outpost')]
    const startedAt = performance.now()
    const { stdout } = await promisify(execFile)('/usr/bin/script', ['-qec', words.join(' '), '/dev/null'])
    const isDrawn = stdout.includes('Checking')
    skip(!isDrawn && performance.now() - startedAt < 2000, 'this machine was done within the second')
    expect(stdout).toMatch(/Checking .*\d+%/)
    // What remains on the screen is the report: the bar is cleared, and the cursor is shown again.
    expect(stdout).toContain('\u001b[?25h')
    expect(stdout.slice(stdout.lastIndexOf('Checking'))).toContain('structure')
  },
)

test('nothing is drawn into a pipe', async () => {
  const { code, out, errors } = await outpost(['validate', inFolder('large.outpost')])
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(out).not.toContain('\u001b')
})

test('a reader that has seen enough is no fault', async () => {
  const child = spawn(process.execPath, [cli, 'validate', inFolder('source'), '--skip-run', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  child.stdout.destroy()
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
})
