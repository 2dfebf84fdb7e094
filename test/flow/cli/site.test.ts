/** What the site declares on the command line: what is not named stays, and licenses that this refuses are listed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSelfSigned } from '../../../src-main/license/envelope/open-document.ts'
import { commandsOn } from '../../support/commands-in-process.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const run = commandsOn(join(folder, 'data'))

async function wantedAccount(...options: string[]): Promise<string> {
  const file = join(folder, 'cells.request.jws')
  await run('license', 'request', 'acme.cells', '-o', file, ...options)
  return openSelfSigned('node-request', await readFile(file)).payload.wants.account
}

test('names by which licensors know the company are declared, kept, and taken back', async () => {
  const first = await run('license', 'site', '--name', 'berlin', '--account', 'Example Bank', 'EB-4711')
  expect(first.out).toContain('Account  Example Bank, EB-4711')
  const other = await run('license', 'site', '--country', 'DE', '--account', 'Example Bank')
  expect(other.out).toMatch(/Site {5}berlin, DE, .*\nAccount {2}Example Bank\n/)
  expect(await wantedAccount()).toBe('Example Bank')
  expect(await wantedAccount('--account', 'EB-4711')).toBe('EB-4711')
  expect((await run('license', 'site', '--country', 'FR')).out).toContain('Account  Example Bank\n')
  expect((await run('license', 'site', '--any-account')).out).toContain('Account  any')
  expect(await wantedAccount()).toBe('')
})
