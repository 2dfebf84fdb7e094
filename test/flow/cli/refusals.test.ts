/** How a command ends that is not done: its exit code, the one line on stderr, the document of --json. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, outpost } from '../../support/command-line.ts'
import { writeSource } from '../../support/package-folder.ts'

let folder: string
let data: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outpost-cli-'))
  data = ['--data', join(folder, 'data')]
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a command line that cannot be understood ends with 2', async () => {
  const { code, out, errors } = await outpost(['nonsense', ...data])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(errors).toBe("CLI_USAGE: unknown command 'nonsense'\noutpost --help says how it is used.\n")

  const serve = await outpost(['serve', '--nonsense'])
  expect(serve.code).toBe(2)
  expect(serve.errors).toMatch(/^CLI_USAGE: .*--nonsense/)
})

test('a refusal is one line with its code and a hint, or one document', async () => {
  const { code, out, errors } = await outpost(['versions', 'acme.nothing', ...data])
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(errors).toMatch(/^MODEL_NOT_FOUND: .+\n/)
  expect(errors).not.toContain('    at ')

  const document = await outpost(['deploy', 'acme.nothing@1.0.0', '--json', ...data])
  expect(document.code).toBe(1)
  expect(document.errors).toBe('')
  expect(JSON.parse(document.out)).toMatchObject({
    error: { code: 'MODEL_NOT_FOUND', message: expect.any(String) },
  })
})

test('a file that is not there is named', async () => {
  const absent = join(folder, 'absent')
  const commands = [
    ['inspect', absent],
    ['validate', absent],
    ['import', absent],
    ['pack', absent, '-o', join(folder, 'p.outpost'), '--unsigned'],
    ['trust', 'add', 'acme', absent],
    ['infer', 'acme.adder', '--image', absent],
  ]
  for (const args of commands) {
    const { code, errors } = await outpost([...args, ...data])
    expect({ args, code }).toEqual({ args, code: 1 })
    expect(errors).toMatch(/^NOT_FOUND: .*absent/)
  }
})

test('an address where no node answers is a refusal', async () => {
  const { code, errors } = await outpost(['models', '--url', 'http://127.0.0.1:9'])
  expect(code).toBe(1)
  expect(errors).toMatch(/^NODE_UNREACHABLE: /)
})

test('validate gives the report and ends with 1 where a check fails', async () => {
  const source = await writeSource(join(folder, 'torn'), {}, { 'model.onnx': 'torn' })
  const { code, out, errors } = await outpost(['validate', source])
  expect(code).toBe(1)
  expect(out).toMatch(/^✗ graph/m)
  expect(errors).toContain('VALIDATION_FAILED: The check "graph" failed')

  const report = await outpost(['validate', source, '--json'])
  expect(report.code).toBe(1)
  expect(JSON.parse(report.out)).toMatchObject({ verdict: 'failed' })
})

test('an unsigned package is packed when it is asked for, and let in by nobody', async () => {
  const source = await writeSource(join(folder, 'plain'))
  const output = join(folder, 'plain.outpost')
  const packed = await outpost(['pack', source, '-o', output, '--unsigned', ...data])
  expect(packed.code).toBe(0)
  expect(packed.out).toContain('not signed')
  const { code, errors } = await outpost(['import', output, ...data])
  expect(code).toBe(1)
  expect(errors).toMatch(/^PACKAGE_UNSIGNED: /)
  expect(await answer(['models', ...data])).toMatchObject({ total: 0 })
})

test('what a stranger wrote cannot steer the terminal', async () => {
  const source = await writeSource(join(folder, 'steering'), { summary: 'Adds.\u001b[2J\u202egpj' })
  const { code, out } = await outpost(['inspect', source])
  expect(code).toBe(0)
  expect(out).toContain('Adds.\ufffd[2J\ufffdgpj')
})

test('a data folder that is none is refused in words', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  const { code, errors } = await outpost(['models', '--data', file])
  expect(code).toBe(1)
  expect(errors).toMatch(/^DATA_DIR_INVALID: /)
})
