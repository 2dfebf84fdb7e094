/** How a command ends that is not done: its exit code, the one line on stderr, the document of --json. */
import { once } from 'node:events'
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answer, outpost } from '../../support/command-line.ts'
import { commandsOn } from '../../support/commands-in-process.ts'
import { writeSource } from '../../support/package-folder.ts'
import { sharedFolder, temporaryFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const data = ['--data', join(folder, 'data')]

test('a command line that cannot be understood ends with 2', async () => {
  const { code, out, errors } = await outpost(['nonsense', ...data])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(errors).toBe("CLI_USAGE: unknown command 'nonsense'\noutpost --help says how it is used.\n")

  const serve = await outpost(['serve', '--nonsense'])
  expect(serve.code).toBe(2)
  expect(serve.errors).toMatch(/^CLI_USAGE: .*--nonsense/)
  const keyless = await outpost(['serve'], { environment: { OUTPOST_API_KEY_FILE: '/nowhere/key' } })
  expect([keyless.code, keyless.errors]).toEqual([
    2,
    expect.stringMatching(
      /^CLI_USAGE: OUTPOST_API_KEY_FILE names .nowhere.key, which cannot be read\.\nENOENT/,
    ),
  ])
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

  expect(out).toMatch(/^- \d+ checks not reached$/m)
  expect(out).not.toContain('Not reached')

  const report = await outpost(['validate', source, '--json'])
  expect(report.code).toBe(1)
  expect(JSON.parse(report.out)).toMatchObject({ verdict: 'failed' })
})

test('a file that is no package fails at the first check, and the rest is one line', async () => {
  const file = join(folder, 'no-package')
  await writeFile(file, 'just text\n')
  const { code, out } = await outpost(['validate', file])
  expect(code).toBe(1)
  expect(
    out
      .trim()
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('- ')),
  ).toEqual(['- 16 checks not reached'])
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

const nobody = 65_534

test('a data folder that cannot be written is refused at once, with its place and what to do', async () => {
  const locked = join(folder, 'locked')
  await mkdir(locked, { mode: 0o700 })
  const blocked = join(folder, 'blocked')
  await writeFile(blocked, '')
  const places = [join(blocked, 'data'), ...(process.platform === 'linux' ? ['/proc/outpost'] : [])]
  for (const place of places) {
    for (const command of [['models'], ['serve', '--port', '0', '--serving-port', '0']]) {
      const { code, errors } = await outpost([...command, '--data', place])
      expect({ place, command, code }).toEqual({ place, command, code: 1 })
      expect(errors).toContain(`DATA_DIR_INVALID: ${place} cannot be used as a data folder: `)
      expect(errors).toContain('--data')
    }
  }
  if (process.platform === 'linux') {
    const backup = await answer<{ path: string }>(['backup', ...data])
    const { errors } = await outpost(['restore', backup.path, '--data', '/proc/outpost'])
    expect(errors).toContain('DATA_DIR_INVALID: /proc/outpost cannot be used as a data folder: ')
  }
  // Root may write anywhere, so another account has to try; it reads the program where that lies open to all.
  if (process.getuid?.() !== 0) return
  await chmod(folder, 0o755)
  for (const place of [locked, join(locked, 'data')]) {
    const { code, errors } = await outpost(['models', '--data', place], { uid: nobody })
    expect({ place, code }).toEqual({ place, code: 1 })
    expect(errors).toMatch(/^DATA_DIR_INVALID: .*locked.* this account may not read or write there/)
    const looked = await outpost(['doctor', '--data', place], { uid: nobody })
    expect(looked.errors).toMatch(/^MACHINE_UNFIT: data: .* cannot be written by this account/)
  }
})

test('a file that may not be read or written is no file that is not there', async () => {
  const isFolder = await outpost(['trust', 'add', 'acme', folder, ...data])
  expect(isFolder).toMatchObject({ code: 1 })
  expect(isFolder.errors).toMatch(/^PATH_UNUSABLE: .* cannot be used: it is a folder/)
  if (process.getuid?.() !== 0) return // root may read anything
  const secret = join(folder, 'secret.pem')
  await writeFile(secret, '', { mode: 0o600 })
  const own = temporaryFolder()
  await chown(own, nobody, nobody)
  const refused = await outpost(['trust', 'add', 'acme', secret, '--data', own], { uid: nobody })
  expect(refused.errors).toMatch(/^PATH_UNUSABLE: .*secret\.pem cannot be used: this account has no right to/)
})

test('a path that is empty, as a variable of a script that is not set, means no place', async () => {
  const run = commandsOn(join(folder, 'data'))
  for (const [args, words] of [
    [['inspect', ''], '<path> is empty.'],
    [['backup', '-o', ''], '--output is empty.'],
    [['infer', 'acme.adder', '--image', ''], '--image is empty.'],
    [['restore', ''], '<backup> is empty.'],
  ] as const) {
    const { code, errors } = await run(...args)
    expect({ args, code }).toEqual({ args, code: 2 })
    expect(errors.split('\n')[0]).toBe(`CLI_USAGE: ${words}`)
  }
  const { code, errors } = await outpost(['models', '--data', ''])
  expect(code).toBe(2)
  expect(errors).toMatch(/^CLI_USAGE: --data is empty\./)
})

test('what is not there or cannot be is told by its name', async () => {
  const run = commandsOn(join(folder, 'data'))
  await writeFile(join(folder, 'a-file'), '')
  for (const [args, words] of [
    [['webhook', 'add', 'notaurl'], /^BAD_REQUEST: "url"/],
    [['license', 'show', 'nope'], /^LIC_NOT_FOUND: There is no license nope here\./],
    [['versions', 'acme.nope'], /^MODEL_NOT_FOUND: .*\noutpost models lists/],
    [['hosting', 'nope'], /^ENDPOINT_NOT_FOUND: .*\noutpost deployments lists/],
    [['hosting', 'nope', 'speed=1'], /^CLI_USAGE: There is no setting "speed"\.\nSettings are /],
    [['backup', '-o', join(folder, 'a-file')], /^PATH_UNUSABLE: .*a-file/],
    [['restore', join(folder, 'absent')], /^NOT_FOUND: There is no .*absent\./],
    [['infer', 'acme.adder', '--input', `@${folder}`], /^PATH_UNUSABLE: \/.* cannot be used: it is a folder/],
  ] as const) {
    const { code, errors } = await run(...args)
    expect({ args, code: code === 0 }).toEqual({ args, code: false })
    expect(errors).toMatch(words)
  }
  if (process.platform !== 'linux') return
  expect((await run('backup', '-o', '/proc/outpost')).errors).toMatch(/^PATH_UNUSABLE: .*\/proc\/outpost/)
})

test('an address that is no node’s, and a key that is none, are told in the words of the command line', async () => {
  const other = createServer((_request, response) => response.end('<html>hello</html>'))
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const stranger = await outpost(['models', '--url', `http://127.0.0.1:${port}`])
  other.close()
  expect(stranger.errors).toMatch(/^NODE_UNREACHABLE: What answers at .* is not the UI and API of a node/)
  for (const key of ['\u{1f600}', 'a\nb', 'a b']) {
    const { code, errors } = await outpost(['models', '--url', 'http://127.0.0.1:9', '--key', key])
    expect({ key, code }).toEqual({ key, code: 2 })
    expect(errors).toMatch(/^CLI_USAGE: The key holds characters/)
  }
})
