/** A provider on the command line: the figures of a customer's report come before the receipt, and problems stop it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateSigningKey } from '../../../src-main/base/signing-key.ts'
import { commandsOn } from '../../support/commands-in-process.ts'
import { reporter } from '../../support/reporter.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const run = commandsOn(join(folder, 'data'))
const inFolder = (name: string) => join(folder, name)

test('figures first, then the receipt; what does not follow is signed with --accept alone', async () => {
  await run('publisher', 'rename', 'acme')
  const issue = [
    'license',
    'issue',
    'acme.cells',
    '--account',
    'Example Bank',
    '-o',
    inFolder('bank.license'),
  ]
  const issued = await run(...issue, '--json')
  const { license } = JSON.parse(issued.out) as { license: { lid: string } }
  const machine = reporter(generateSigningKey(), 'teller-1')
  const figures = { lid: license.lid, month: '2026-11', forfeited: 2, credits: 0 }
  const first = machine.report({ records: 40, accounts: [{ ...figures, used: 38, items: 38 }] })
  await writeFile(inFolder('first.jws'), first)

  const seen = await run('license', 'report', inFolder('first.jws'))
  expect(seen.code).toBe(0)
  for (const part of ['teller-1', 'Example Bank', 'acme.cells', '2026-11', '38', 'none yet', 'power loss'])
    expect(seen.out).toContain(part)
  const receipted = await run('license', 'receipt', inFolder('first.jws'), '-o', inFolder('receipt.jws'))
  expect(receipted.code).toBe(0)
  expect(receipted.out).toContain('Example Bank')
  expect((await readFile(inFolder('receipt.jws'), 'utf8')).split('.')).toHaveLength(3)

  machine.skip()
  const third = machine.report({ records: 90, accounts: [{ ...figures, used: 85, items: 85 }] })
  await writeFile(inFolder('third.jws'), third)
  const sign = ['license', 'receipt', inFolder('third.jws'), '-o', inFolder('other.jws')]
  const refused = await run(...sign)
  expect(refused.code).not.toBe(0)
  expect(refused.errors).toContain('Report 2 was never received.')
  expect(refused.errors).toContain('--accept')
  await expect(readFile(inFolder('other.jws'))).rejects.toThrow()
  expect((await run(...sign, '--accept')).code).toBe(0)

  const listed = await run('license', 'reports')
  expect(listed.out).toMatch(/teller-1 +3 +47 +PROBLEMS/)
  const digest = /sha256:[0-9a-f]{64}/.exec(listed.out)?.[0] ?? ''
  expect((await run('license', 'report', digest)).out).toContain('Report 2 was never received.')
})
