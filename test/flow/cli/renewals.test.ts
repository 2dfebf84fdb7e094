/** The next document of a license on the command line: its end stays, or moves by one whole term. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LicensePayload } from '../../../src-main/contract/license/documents.ts'
import { commandsOn } from '../../support/commands-in-process.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const run = commandsOn(join(folder, 'data'))

async function issued(...options: string[]): Promise<LicensePayload> {
  const file = join(folder, 'bank.license')
  const { out } = await run('license', 'issue', 'acme.cells', '-o', file, '--json', ...options)
  return (JSON.parse(out) as { license: LicensePayload }).license
}

test('more requests keep the end, --extend adds the term that was agreed at first', async () => {
  await run('publisher', 'rename', 'acme')
  const first = await issued('--account', 'Example Bank', '--until', '30d')
  const renew = ['--renew', first.lid]
  const more = await issued(...renew, '--requests', '50')
  expect(more).toMatchObject({ seq: 2, exp: first.exp, terms: { quota: { max: 50 } } })
  const longer = await issued(...renew, '--extend')
  expect(longer.exp).toBe((first.exp ?? 0) + 30 * 86_400)
  const again = await issued(...renew, '--extend')
  expect(again.exp).toBe((first.exp ?? 0) + 60 * 86_400)
  expect(again).toMatchObject({ seq: 4, terms: { quota: { max: 50 } } })
})
