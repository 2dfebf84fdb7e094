/** Whether the log of calls is as it was written is an exit code too, for scripts that ask each night. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandsOn } from '../../support/commands-in-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('a log that is not as it was written is refused with 1, behind the same report', async () => {
  const folder = join(temporaryFolder(), 'data')
  const outpost = commandsOn(folder)
  expect((await outpost('usage', 'verify')).code).toBe(0)
  for (const segment of ['00000001.usage', '00000002.usage'])
    await writeFile(join(folder, 'usage', segment), 'not as it was written\n')
  const asked = await outpost('usage', 'verify', '--json')
  expect([asked.code, asked.errors]).toEqual([1, expect.stringMatching(/^LEDGER_TAMPERED: /)])
  expect(JSON.parse(asked.out)).toMatchObject({ intact: false })
  expect((await outpost('usage', 'verify')).out).toContain('The bill does not equal the log.')
})
