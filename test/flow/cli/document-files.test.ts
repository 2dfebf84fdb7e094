/** Files that hold no signed document, on the command line: what each is, and what to do with it instead. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandsOn } from '../../support/commands-in-process.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const run = commandsOn(join(folder, 'data'))

test.each([
  ['empty.license', Buffer.alloc(0), /^LIC_MALFORMED: \S+empty\.license is empty\./],
  ['cells.png', Buffer.alloc(108_254, 200), /^LIC_MALFORMED: .*something else of 108,254 bytes/],
  [
    'cells.outpost',
    Buffer.alloc(10_240),
    /^LIC_MALFORMED: .*a package .*\n?.*outpost import \S+cells\.outpost/,
  ],
  ['words.license', Buffer.from('three words here'), /^LIC_MALFORMED: .*three parts/],
])('%s is no license', async (name, contents, told) => {
  const file = join(folder, name)
  await writeFile(file, contents)
  const { code, errors } = await run('license', 'import', file)
  expect(code).not.toBe(0)
  expect(errors).toMatch(told)
})
