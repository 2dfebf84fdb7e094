import { mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { examineChains } from '../../../src-main/flows/upkeep/chains.ts'
import { dataFolders, dataPaths } from '../../../src-main/store/data-paths.ts'
import { openNodeDatabase } from '../../../src-main/store/open.ts'
import { appendAuditEntry } from '../../../src-main/store/tables/audit-entries.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('an entry of the audit record that was changed shows where it stands', async () => {
  const dataDir = temporaryFolder()
  for (const folder of dataFolders(dataPaths(dataDir))) mkdirSync(folder, { recursive: true })
  expect(await examineChains(dataDir)).toEqual([])
  const db = openNodeDatabase(dataDir)
  for (const object of ['one', 'two', 'three'])
    appendAuditEntry(db, {
      at: '2027-01-31T00:00:00.000Z',
      actor: 'owner',
      action: 'endpoint.deploy',
      object,
      outcome: 'done',
      details: {},
    })
  const audit = async () => (await examineChains(dataDir)).find(({ name }) => name === 'audit')
  expect(await audit()).toMatchObject({ outcome: 'good', message: expect.stringContaining('3 entries') })
  db.prepare("update audit_entries set object = 'other' where sequence = 2").run()
  expect(await audit()).toMatchObject({ outcome: 'bad', message: expect.stringContaining('entry 2') })
  db.close()
})
