/** The command line as a text to read: every command explains itself with an example that it would understand. */
import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import type { CliHost } from '../../../src-main/cli/context.ts'
import { createProgram } from '../../../src-main/cli/program.ts'
import { runCommandLine } from '../../../src-main/cli/run.ts'

function host(): CliHost & { written(): string } {
  const out = new PassThrough()
  const unasked = (): never => {
    throw new Error('help opens no node')
  }
  return {
    version: '1.2.3',
    electronDirectory: '/nowhere',
    startChild: unasked,
    access: { findRunning: unasked, openLocal: unasked },
    serve: unasked,
    out,
    errors: Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream,
    input: new PassThrough(),
    signal: new AbortController().signal,
    written: () => (out.read() as Buffer | null)?.toString() ?? '',
  }
}

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)

const wordsOf = (command: Command): string[] =>
  command.parent?.parent ? [...wordsOf(command.parent), command.name()] : [command.name()]

const commands = leaves(createProgram(host())).map(wordsOf)

test('every command of the product is there', () => {
  expect(commands.map((words) => words.join(' ')).toSorted()).toEqual([
    'backup',
    'delete',
    'deploy',
    'deployments',
    'doctor',
    'export',
    'import',
    'infer',
    'inspect',
    'keys create',
    'keys list',
    'keys revoke',
    'login-link',
    'models',
    'pack',
    'publisher export',
    'publisher import',
    'publisher rename',
    'publisher rotate',
    'publisher show',
    'restore',
    'serve',
    'trust add',
    'trust list',
    'trust remove',
    'undeploy',
    'validate',
    'verify',
    'versions',
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

test('the version and the list of commands are answers; no command at all is not', async () => {
  const asked = host()
  expect(await runCommandLine(['--version'], asked)).toBe(0)
  expect(asked.written()).toBe('1.2.3\n')
  expect(await runCommandLine(['--help'], asked)).toBe(0)
  const help = asked.written()
  for (const heading of ['Packages:', 'Registry:', 'Serving:', 'Keys and trust:', 'The node:'])
    expect(help).toContain(`\n${heading}\n`)
  expect(help).toContain('Exit codes: 0 done, 1 refused')
  expect(await runCommandLine([], host())).toBe(2)
})
