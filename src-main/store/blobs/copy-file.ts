/** Copies one file and hashes it on the way; the copy is synced. */
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Copied, copyHashing, fillFromFile } from './blob-copy.ts'

/** A file that grows meanwhile is copied as far as it went. The target must not be there. */
export async function copyFileHashing(
  source: string,
  target: string,
  mode: number,
  signal?: AbortSignal,
): Promise<Copied> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  const from = await open(source, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    const to = await open(target, 'wx', 0o600)
    try {
      const copied = await copyHashing(fillFromFile(from), to, signal)
      await to.chmod(mode)
      await to.sync()
      return copied
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}
