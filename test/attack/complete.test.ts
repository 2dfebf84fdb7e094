/** Each of the 82 cases is a test that begins with its number, or waits with a reason in README.md. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('every case is tried or waits', async () => {
  const folder = import.meta.dirname
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.test.ts'))
  const sources = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  const tried = new Set<number>()
  for (const source of sources)
    for (const [, number] of source.matchAll(/['"`](\d{1,2}): \S/g)) tried.add(Number(number))
  const readme = await readFile(join(folder, 'README.md'), 'utf8')
  const [, waitingPart = ''] = readme.split('## Waiting')
  const waiting = [...waitingPart.matchAll(/^\| (\d{1,2}) \| \S/gm)].map(([, number]) => Number(number))
  expect(waiting).toEqual([20, 50, 52, 53, 58, 67, 81, 82])
  const all = Array.from({ length: 82 }, (_, at) => at + 1)
  expect(all.filter((number) => !tried.has(number) && !waiting.includes(number))).toEqual([])
})
