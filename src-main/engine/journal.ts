/**
 * The journal: one fixed slot a thread, written before each load and each run and cleared after, so that whoever
 * finds the process dead can read which model it was. A write to the page cache survives the death of its process.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../base/errors.ts'

/** Bytes of a slot: "run", a version id and a time fit; a multiple of 64, so that no two slots share a cache line. */
const slotBytes = 128
const idle = Buffer.alloc(slotBytes, 0x20)

export const journalPath = (dataDir: string): string => join(dataDir, 'runtime', 'engine-journal')

export interface JournalEntry {
  thread: number
  versionId: string
  phase: 'load' | 'run'
  /** Milliseconds since the epoch. */
  since: number
}

export interface Journal {
  begin(phase: JournalEntry['phase'], versionId: string): void
  end(): void
  close(): void
}

/** The file must exist: the host of the threads makes it anew before it starts them. */
export function openJournal(path: string, thread: number): Journal {
  const fd = openSync(path, 'r+')
  const slot = Buffer.alloc(slotBytes)
  const at = thread * slotBytes
  return {
    begin: (phase, versionId) => {
      slot.fill(0x20)
      slot.write(`${phase} ${versionId} ${Date.now()}`, 0, 'latin1')
      writeSync(fd, slot, 0, slotBytes, at)
    },
    end: () => void writeSync(fd, idle, 0, slotBytes, at),
    close: () => closeSync(fd),
  }
}

/** What was running when the file was last written; empty where no engine ever ran. */
export async function readJournal(dataDir: string): Promise<JournalEntry[]> {
  let text: string
  try {
    text = await readFile(journalPath(dataDir), 'latin1')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
  const entries: JournalEntry[] = []
  for (let thread = 0; thread * slotBytes < text.length; thread++) {
    const slot = text.slice(thread * slotBytes, (thread + 1) * slotBytes)
    const [phase, versionId, since] = slot.replaceAll('\0', ' ').trim().split(' ')
    if ((phase === 'load' || phase === 'run') && versionId) {
      entries.push({ thread, versionId, phase, since: Number(since) })
    }
  }
  return entries
}
