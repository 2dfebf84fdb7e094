/** A node that hostile packages are sent to, one for a test file, and the right package that all of them are made of. */
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import { importAttempt, leftBehind } from './hostile-import.ts'
import { packedPackage } from './package-folder.ts'
import { insertRaw } from './raw-tar.ts'
import { type Entry, entriesOf, writeEntries } from './tar-surgery.ts'
import { sharedFolder } from './temporary-folder.ts'
import { startWholeNode, type WholeNode } from './whole-node.ts'

export const signer = { publisher: 'acme', privateKey: generateSigningKey() }

export const filePath = 'org.cncf.model.filepath'
export interface Layer {
  mediaType: string
  digest: string
  size: number
  annotations: Record<string, string>
}
export const layersOf = (manifest: Record<string, unknown>) => manifest.layers as Layer[]

export interface AttackedNode {
  outpost: WholeNode
  folder: string
  /** The right package, and what it is made of. */
  original: string
  entries: Entry[]
  /** Where a test writes its own. */
  hostile: string
  /** What became of a package; of the one at `hostile` where none is named. */
  codeOf(path?: string): Promise<string>
  /** The right one with blocks put in that no tar program writes. */
  withRaw(blocks: Buffer, where: 'first' | 'last'): Promise<string>
  withEntries(changed: Entry[]): Promise<string>
}

/** To be called once in a file. After each test but `except`, nothing that was sent may have left anything behind. */
export function attackedNode(except?: string): AttackedNode {
  const attacked = {} as AttackedNode
  const folder = sharedFolder()
  beforeAll(async () => {
    const outpost = await startWholeNode({ serving: null })
    const original = await packedPackage(folder, signer)
    const hostile = join(folder, 'hostile.outpost')
    const codeOf = async (path = hostile) => (await importAttempt(outpost, path)).code
    Object.assign(attacked, {
      outpost,
      folder,
      original,
      hostile,
      entries: await entriesOf(original),
      codeOf,
      withRaw: async (blocks, where) => {
        await writeFile(hostile, await readFile(original))
        await insertRaw(hostile, blocks, where)
        return codeOf()
      },
      withEntries: async (changed) => codeOf(await writeEntries(hostile, changed)),
    } satisfies AttackedNode)
  })
  afterAll(() => attacked.outpost[Symbol.asyncDispose]())
  afterEach(async ({ task }) => {
    if (task.name === except) return
    expect(await leftBehind(attacked.outpost)).toEqual([])
    // Where the paths of these packages lead, had anything followed them.
    for (const place of ['escaped', '../escaped', '../../escaped'])
      await expect(access(join(attacked.outpost.dataDirectory, 'blobs', place))).rejects.toThrow()
  })
  return attacked
}
