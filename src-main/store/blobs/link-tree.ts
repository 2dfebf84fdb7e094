/**
 * A private folder with a version's files under their declared names, as ONNX Runtime needs it for external data: it
 * refuses symbolic links. Each file is judged through the link that will be loaded, so nothing can come in between.
 */
import { constants } from 'node:fs'
import { copyFile, type FileHandle, link, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sha256File } from '../../base/digest.ts'
import { isSystemError } from '../../base/errors.ts'
import { asDiskError } from '../../base/files.ts'
import { type FileStamp, sameStamp } from './blob-intake.ts'
import { blobPath } from './blob-paths.ts'
import { corrupt } from './blobs.ts'
import { insidePath } from './inside-path.ts'

/**
 * Makes `directory`, which must not be there yet, with one file an artifact. ARTIFACT_CORRUPT where a blob is missing
 * or changed, PACKAGE_PATH for a name that would leave the folder; nothing is left then. The caller removes the tree.
 * A file that still has the stamp which `written` gives for its digest was hashed a moment ago and is not read again.
 * Gives what each file was before it was hashed, for `refuseChanged`.
 */
export async function linkTree(
  dataDir: string,
  artifacts: ReadonlyArray<{ path: string; digest: string }>,
  directory: string,
  written: (digest: string) => FileStamp | undefined = () => undefined,
): Promise<LinkedFile[]> {
  const linked: LinkedFile[] = []
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 })
  await mkdir(directory, { mode: 0o700 })
  try {
    for (const artifact of artifacts) {
      const target = insidePath(directory, artifact.path)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await linkOrCopy(blobPath(dataDir, artifact.digest), target, artifact.digest)
      const stamp = await verifyLink(target, artifact.digest, written(artifact.digest))
      linked.push({ path: target, digest: artifact.digest, stamp })
    }
    return linked
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw asDiskError(error)
  }
}

interface LinkedFile {
  path: string
  digest: string
  stamp: FileStamp
}

/** ARTIFACT_CORRUPT where a file was written to, or another put in its place, since it was linked. */
export async function refuseChanged(files: readonly LinkedFile[]): Promise<void> {
  for (const { path, digest, stamp } of files) {
    const found = await stat(path, { bigint: true }).catch((error: unknown) => {
      throw isSystemError(error, 'ENOENT') ? corrupt(digest, 'was taken away while it was loaded') : error
    })
    if (!sameStamp(found, stamp)) throw corrupt(digest, 'was changed while it was loaded')
  }
}

async function linkOrCopy(blob: string, target: string, digest: string): Promise<void> {
  try {
    await link(blob, target)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw corrupt(digest, 'is missing', error)
    // Another file system, one without hard links, or a blob with as many names as the file system allows.
    if (!isSystemError(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK')) throw error
    await copyFile(blob, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  }
}

async function verifyLink(
  target: string,
  digest: string,
  written: FileStamp | undefined,
): Promise<FileStamp> {
  const file: FileHandle = await open(target, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    const stamp = await file.stat({ bigint: true })
    if (written && sameStamp(stamp, written)) return stamp
    const found = await sha256File(target, file.fd)
    if (found.digest !== digest) throw corrupt(digest, `now has the digest ${found.digest}`)
    return stamp
  } finally {
    await file.close()
  }
}
