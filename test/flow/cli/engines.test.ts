/** Remote engines by the command line: the token comes from the environment, and refusals say what to do. */
import { afterEach, expect, test, vi } from 'vitest'
import { commandsOn } from '../../support/commands-in-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

afterEach(() => vi.unstubAllEnvs())

test('an engine is added before it answers, listed, tested and removed', async () => {
  vi.stubEnv('OUTPOST_ENGINE_TOKEN', 'not-to-be-shown')
  const run = commandsOn(temporaryFolder())
  const added = await run(
    'engine',
    'add',
    'box',
    'http://127.0.0.1:9',
    '--model',
    'digits',
    '--timeout',
    '500',
  )
  expect(added).toMatchObject({ code: 0, out: expect.stringContaining('does not answer yet') })
  const listed = await run('engine', 'list', '--json')
  expect(JSON.parse(listed.out)).toMatchObject([
    { name: 'box', hasToken: true, timeoutMs: 500, report: null },
  ])
  expect(added.out + listed.out).not.toContain('not-to-be-shown')
  const tested = await run('engine', 'test', 'box')
  expect(tested).toMatchObject({ code: 1, errors: expect.stringContaining('REMOTE_UNAVAILABLE') })
  const changed = await run(
    'engine',
    'change',
    'box',
    '--timeout',
    '700',
    '--model-version',
    '3',
    '--no-token',
  )
  expect(changed.code).toBe(0)
  expect(JSON.parse((await run('engine', 'list', '--json')).out)).toMatchObject([
    {
      name: 'box',
      url: 'http://127.0.0.1:9',
      model: 'digits',
      modelVersion: '3',
      hasToken: false,
      timeoutMs: 700,
    },
  ])
  expect(await run('engine', 'change', 'nobody')).toMatchObject({
    code: 1,
    errors: expect.stringContaining('REMOTE_NOT_FOUND'),
  })
  const other = await run('engine', 'add', 'far', 'http://models.acme.example', '--model', 'digits')
  expect(other).toMatchObject({ code: 1, errors: expect.stringContaining('--allow-http') })
  expect((await run('engine', 'remove', 'box')).code).toBe(0)
  expect(JSON.parse((await run('engine', 'list', '--json')).out)).toEqual([])
  const deployed = await run('deploy', 'acme.digits@1.0.0', '--engine', 'box', '--device', 'cpu')
  expect(deployed.code).toBe(2)
}, 60_000)
