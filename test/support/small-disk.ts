/** A file system of a few megabytes for tests of a full disk. Mounting one takes root on Linux; elsewhere it is null. */
import { execFileSync } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

export const canMountSmallDisk: boolean = mountable()

function mountable(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    // In a mount namespace of its own, so that asking leaves nothing behind.
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', '/mnt'], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

export function smallDisk(mebibytes: number): string {
  const folder = temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', folder])
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}
