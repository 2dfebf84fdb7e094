/** A draft as the folder that `outpost pack` takes: what a script that builds the same package begins from. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import type { NodeContext } from '../node-context.ts'
import { writeSource } from './draft-source.ts'
import { requireDraft } from './drafts.ts'
import { folderName } from './pack-command.ts'

/** Runs `use` on the draft's folder and removes it afterwards. DRAFT_NOT_FOUND. */
export async function withSource<Result>(
  node: NodeContext,
  draftId: string,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = join(node.paths.staging, `draft-${randomBytes(6).toString('hex')}`)
  try {
    await writeSource(node, requireDraft(node, draftId), folder).catch((error: unknown) => {
      requireDraft(node, draftId) // its files went with it
      throw error
    })
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** As a tar of one folder, named for the version. */
export function openDraftFolder(node: NodeContext, id: string): { fileName: string; stream: Readable } {
  const name = folderName(requireDraft(node, id).descriptor) ?? 'draft'
  const tar = pack()
  withSource(node, id, async (folder) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    for (const path of paths.toSorted()) {
      const inside = relative(folder, path).split(sep).join('/')
      const entry = tar.entry({ name: `${name}/${inside}`, size: (await stat(path)).size })
      await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), entry)
    }
    tar.finalize()
  }).catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))))
  return { fileName: `${name}.tar`, stream: Readable.from(tar) }
}
