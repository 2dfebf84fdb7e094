/** Folders for what tests write, under that of the run (run-folder.ts): gone as soon as nobody needs them. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

const made = (): string => mkdtempSync(join(tmpdir(), 'outpost-test-'))
const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 })

/** Of one test, which asks for it itself or in its beforeEach. */
export function temporaryFolder(): string {
  const folder = made()
  onTestFinished(() => remove(folder))
  return folder
}

/** Of all tests of a file, or of a describe. Hooks end in reverse: ask before those that use it, and it goes after them. */
export function sharedFolder(): string {
  const folder = made()
  afterAll(() => remove(folder))
  return folder
}
