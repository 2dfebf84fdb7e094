/** The traits of the machine that this runs on, as far as each source gives them. */
import { linuxSources } from './linux-traits.ts'
import { macSources } from './mac-traits.ts'
import { type Machine, type TraitSource, thisMachine } from './machine.ts'
import { type Trait, usableTraits } from './traits.ts'
import { windowsSources } from './windows-traits.ts'

const sourcesOf: Partial<Record<NodeJS.Platform, (machine: Machine, dataDir: string) => TraitSource[]>> = {
  linux: linuxSources,
  darwin: macSources,
  win32: windowsSources,
}

/** `nodeKey`: fingerprint of the key that lies in the data folder. */
export async function readTraits(dataDir: string, nodeKey: string, machine = thisMachine): Promise<Trait[]> {
  const sources = sourcesOf[machine.platform]?.(machine, dataDir) ?? []
  const read = await Promise.all([...sources, folderSource(machine, dataDir)].map(readSource))
  return usableTraits([...read, { kind: 'node-key', values: [nodeKey] }])
}

/** What cannot be read (no right to, no such program) is left out. */
async function readSource({ kind, read }: TraitSource): Promise<Trait> {
  try {
    return { kind, values: await read() }
  } catch {
    return { kind, values: [] }
  }
}

/**
 * The folder itself, by its number in the file system and the nanosecond of its making: stays over restarts of a
 * container on the same volume, where ids of disks are hidden; a copy has others.
 */
const folderSource = (machine: Machine, dataDir: string): TraitSource => ({
  kind: 'data-folder',
  read() {
    const { ino, birthtimeNs } = machine.stat(dataDir)
    return birthtimeNs > 0n ? [`folder:${ino}:${birthtimeNs}`] : []
  },
})
