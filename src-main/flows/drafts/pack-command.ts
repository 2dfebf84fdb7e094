/** The command that makes the package of a draft's folder, and what that folder is called. Pure. */
import { modelId, versionName } from '../../contract/names.ts'

/** Null where the draft has no id or version yet that a package could have. */
export function folderName(descriptor: Record<string, unknown>): string | null {
  // They will be pasted into a shell, so nothing that is outside the grammars of names gets into it.
  const id = modelId.safeParse(descriptor.id).data
  const version = versionName.safeParse(descriptor.version).data
  return id === undefined || version === undefined ? null : `${id.split('.')[1]}-${version}`
}

/** What makes the package of the downloaded folder; null like its name. */
export function packCommand(descriptor: Record<string, unknown>): string | null {
  const folder = folderName(descriptor)
  if (folder === null) return null
  const { id, version } = descriptor
  return `tar -xf ${folder}.tar\nnpx outpost pack ./${folder} -o ${id}-${version}.outpost`
}
