/** The command line as a text to read: every command explains itself with an example that it would understand. */
import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import type { CliHost } from '../../../src-main/cli/context.ts'
import { createProgram, isServe } from '../../../src-main/cli/program.ts'
import { runCommandLine } from '../../../src-main/cli/run.ts'

function host(): CliHost & { written(): string; complained(): string } {
  const out = new PassThrough()
  const errors = new PassThrough()
  const unasked = (): never => {
    throw new Error('no node is opened for this')
  }
  return {
    version: '1.2.3',
    programDirectory: '/nowhere',
    electronDirectory: '/nowhere',
    startChild: unasked,
    access: { findRunning: unasked, openLocal: unasked },
    serve: unasked,
    out,
    errors: Object.assign(errors, { isTTY: false }) as unknown as NodeJS.WriteStream,
    input: new PassThrough(),
    signal: new AbortController().signal,
    written: () => (out.read() as Buffer | null)?.toString() ?? '',
    complained: () => (errors.read() as Buffer | null)?.toString() ?? '',
  }
}

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)

const wordsOf = (command: Command): string[] =>
  command.parent?.parent ? [...wordsOf(command.parent), command.name()] : [command.name()]

const commands = leaves(createProgram(host())).map(wordsOf)

test('every command of the product is there', () => {
  expect(commands.map((words) => words.join(' ')).toSorted()).toEqual([
    'alerts add',
    'alerts remove',
    'alerts rules',
    'backup',
    'delete',
    'deploy',
    'deployments',
    'deprecate',
    'doctor',
    'drift',
    'engine add',
    'engine change',
    'engine list',
    'engine remove',
    'engine test',
    'export',
    'gpu install',
    'gpu status',
    'hosting',
    'image',
    'import',
    'infer',
    'inspect',
    'keys create',
    'keys list',
    'keys revoke',
    'keys rotate',
    'kserve',
    'license certify',
    'license code',
    'license deactivate',
    'license explain',
    'license import',
    'license inspect',
    'license issue',
    'license issued',
    'license keyset',
    'license list',
    'license moved',
    'license notices',
    'license receipt',
    'license recover',
    'license redeem',
    'license refusals',
    'license remove',
    'license report',
    'license reports',
    'license request',
    'license revocations',
    'license revoke',
    'license revoke-key',
    'license seal',
    'license show',
    'license simulate',
    'license site',
    'license time',
    'license tranche',
    'login-link',
    'models',
    'pack',
    'promote',
    'publisher export',
    'publisher import',
    'publisher rename',
    'publisher rotate',
    'publisher show',
    'restore',
    'rollback',
    'serve',
    'shift',
    'sticky',
    'transitions',
    'trust add',
    'trust list',
    'trust remove',
    'undeploy',
    'usage report',
    'usage statement',
    'usage verify',
    'validate',
    'verify',
    'versions',
    'webhook add',
    'webhook list',
    'webhook remove',
    'webhook test',
    'which',
  ])
})

const explained = commands.filter(([name]) => name !== 'serve') // the headless host reads its own options
test.each(explained.map((words) => [words.join(' '), words] as const))('%s --help', async (_name, words) => {
  const asked = host()
  expect(await runCommandLine([...words, '--help'], asked)).toBe(0)
  const help = asked.written()
  expect(help).toContain(`Usage: outpost ${words.join(' ')}`)
  for (const option of ['--json', '--data <dir>', '--url <address>']) expect(help).toContain(option)

  // The example names no option that the command does not have.
  const example = /Example:\n {2}(.+)/.exec(help)?.[1] ?? ''
  expect(example).toContain(`outpost ${words.join(' ')}`)
  for (const [option] of example.matchAll(/(?<= )--?[a-z-]+/g)) expect(help).toContain(option)
})

test.each([
  [['publisher', 'rename', 'acme', '--data', '/a', '--json']],
  [['publisher', '--data', '/a', '--json', 'rename', 'acme']],
  [['--data', '/a', '--json', 'publisher', 'rename', 'acme']],
  [['--data', '/b', 'publisher', '--data=/a', 'rename', '--json', 'acme']],
  [['--data', '/a', 'models', '--json']],
  [['--json', 'models', '--data', '/a']],
])('what every command has stands anywhere, and the last one counts: %j', async (args) => {
  const folders: string[] = []
  const asked = host()
  asked.access.findRunning = async (directory) => {
    folders.push(directory)
    throw new OutpostError('DATA_DIR_INVALID', 'far enough')
  }
  expect(await runCommandLine(args, asked)).toBe(1)
  expect(folders).toEqual(['/a'])
  expect(JSON.parse(asked.written())).toMatchObject({ error: { message: 'far enough' } })
})

test.each([
  [['serve', '--data', '/a', '--port', '0', '--key', 'node.key']],
  [['--data', '/a', 'serve', '--port', '0', '--key', 'node.key']],
])('serve gets its own options, and the folder named before it: %j', async (args) => {
  const asked = host()
  const served: string[][] = []
  asked.serve = async (given) => {
    served.push(given)
    return 0
  }
  expect(await runCommandLine(args, asked)).toBe(0)
  expect(served.map((given) => given.toSorted())).toEqual([
    ['--data', '--key', '--port', '/a', '0', 'node.key'],
  ])
  expect(isServe(args)).toBe(true)
  expect(isServe(['models', 'serve'])).toBe(false)
})

test('the version and the list of commands are answers; no command at all is not', async () => {
  const asked = host()
  expect(await runCommandLine(['--version'], asked)).toBe(0)
  expect(asked.written()).toBe('1.2.3\n')
  expect(await runCommandLine(['--help'], asked)).toBe(0)
  const help = asked.written()
  for (const heading of ['Packages:', 'Registry:', 'Serving:', 'Keys and trust:', 'The node:'])
    expect(help).toContain(`\n${heading}\n`)
  // A list that is long in one place does not push all others off the screen.
  expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThan(150)
  expect(help).toContain('  license <command> ')
  expect(help).toContain('  alerts [command] ')
  expect(help).toContain('Exit codes: 0 done, 1 refused')
  expect(await runCommandLine([], host())).toBe(2)
})

test.each([
  [['nonsense'], "unknown command 'nonsense'", 'outpost'],
  [['deploy'], "missing required argument 'model[@version]'", 'outpost deploy'],
  [['models', '--limit', 'many'], 'whole number from 1 to 500', 'outpost models'],
  [['models', '--nonsense'], "unknown option '--nonsense'", 'outpost models'],
  [['delete', 'acme.adder'], 'Name the version as well', 'outpost delete'],
  [['infer', 'acme.adder'], 'Give one of --input, --text and --image', 'outpost infer'],
  [['infer', 'acme.adder', '--text', 'a', '--image', 'b'], 'Give one of', 'outpost infer'],
  [['keys', 'create', 'ci', '--scope', 'root'], 'infer, read, write, admin', 'outpost keys create'],
  [['keys', 'create', 'ci', '--expires', 'soon'], 'ISO 8601', 'outpost keys create'],
  [['keys', 'create', 'ci', '--expires', '2027-02-31'], 'the calendar has', 'outpost keys create'],
  [['keys', 'create', 'ci', '--expires', '2027-02-29T00:00:00Z'], 'the calendar', 'outpost keys create'],
  [['keys', 'create', 'ci', '--expires', '2027-01-01T25:00:00Z'], 'the calendar', 'outpost keys create'],
  [['deprecate', 'a.b@1.0.0', '--sunset', '2027-06-31'], 'the calendar has', 'outpost deprecate'],
  [['deploy', 'acme.adder@1.0.0', '--device', 'abacus'], 'auto, cpu, cuda', 'outpost deploy'],
  [['publisher', '--data', '/a', 'rotate', 'now'], 'too many arguments', 'outpost publisher rotate'],
  [['publisher', 'rotate', 'now'], 'too many arguments', 'outpost publisher rotate'],
  [['pack', '.'], "required option '-o, --output <file>'", 'outpost pack'],
  [['restore', 'backup', '--url', 'http://127.0.0.1:7070'], 'does not fit', 'outpost restore'],
])('a command line that cannot be understood ends with 2: %j', async (args, words, command) => {
  const asked = host()
  expect(await runCommandLine(args, asked)).toBe(2)
  expect(asked.written()).toBe('')
  const [line, hint] = asked.complained().split('\n')
  expect(line).toMatch(/^CLI_USAGE: /)
  expect(line).toContain(words)
  expect(hint).toBe(`${command} --help says how it is used.`)

  const forProgram = host()
  expect(await runCommandLine([...args, '--json'], forProgram)).toBe(2)
  expect(forProgram.complained()).toBe('')
  expect(JSON.parse(forProgram.written())).toMatchObject({ error: { code: 'CLI_USAGE' } })
})
