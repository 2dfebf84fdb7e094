/** Packages that were looked at and not yet installed: the file, and the digest of what was seen. They end with the process. */
import { rm } from 'node:fs/promises'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { HeldFile } from './file-handles.ts'

export interface StagedPackage extends HeldFile {
  /** Of the package as a person saw it: whatever lies there when it is installed has to be the same. */
  digest: string
}

export interface StagedPackages {
  add(file: StagedPackage): string
  take(packageId: string): StagedPackage
  /** After a `take` that led to nothing. */
  putBack(packageId: string, file: StagedPackage): void
  discard(packageId: string): Promise<void>
}

const stagedMax = 100

export function createStagedPackages(): StagedPackages {
  const staged = new Map<string, StagedPackage>()
  const drop = (packageId: string): Promise<void> => {
    const file = staged.get(packageId)
    staged.delete(packageId)
    return file?.owned ? rm(file.path, { force: true }) : Promise.resolve()
  }
  return {
    add(file) {
      const [oldest] = staged.keys()
      if (staged.size >= stagedMax && oldest !== undefined) void drop(oldest)
      const packageId = newId()
      staged.set(packageId, file)
      return packageId
    },
    take(packageId) {
      const file = staged.get(packageId)
      if (!file) {
        throw new OutpostError('HANDLE_INVALID', 'This package was installed or forgotten already.', {
          hint: 'Open the file again.',
        })
      }
      staged.delete(packageId)
      return file
    },
    putBack: (packageId, file) => void staged.set(packageId, file),
    discard: drop,
  }
}
