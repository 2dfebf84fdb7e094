/** Takes a package apart and puts it together wrongly, with a tar writer that has no scruples. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { extract, pack, type Header as TarHeader } from 'tar-stream'

export type Header = Partial<TarHeader> & { name: string }

export interface Entry {
  header: Header
  content: Buffer
}

export async function entriesOf(path: string): Promise<Entry[]> {
  const entries: Entry[] = []
  const reader = extract()
  reader.end(readFileSync(path))
  for await (const entry of reader)
    entries.push({ header: { name: entry.header.name }, content: await buffer(entry) })
  return entries
}

export async function writeEntries(path: string, entries: Entry[]): Promise<string> {
  const writer = pack()
  for (const { header, content } of entries) {
    // tar-stream writes contents for files alone; links and folders have none.
    if (header.type === undefined || header.type === 'file') writer.entry(header, content)
    else writer.entry(header)
  }
  writer.finalize()
  writeFileSync(path, await buffer(writer))
  return path
}

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const blob = (content: Buffer): Entry => ({
  header: { name: `blobs/sha256/${digestOf(content).slice(7)}` },
  content,
})

type Json = Record<string, unknown>

/** Changes the manifest and everything that names it, so that only what the change breaks is wrong. */
export function withManifest(entries: readonly Entry[], change: (manifest: Json) => void): Entry[] {
  const index = parsed(entries, 'index.json')
  const [listed] = index.manifests as { digest: string; size: number }[]
  if (!listed) throw new Error('the index lists nothing')
  const name = `blobs/sha256/${listed.digest.slice(7)}`
  const manifest = parsed(entries, name)
  change(manifest)
  const changed = blob(Buffer.from(JSON.stringify(manifest)))
  listed.digest = digestOf(changed.content)
  listed.size = changed.content.length
  return entries
    .filter(({ header }) => header.name !== 'signature.dsse.json')
    .map((entry) => {
      if (entry.header.name === name) return changed
      return entry.header.name === 'index.json'
        ? { ...entry, content: Buffer.from(JSON.stringify(index)) }
        : entry
    })
}

export function parsed(entries: readonly Entry[], name: string): Json {
  const found = entries.find(({ header }) => header.name === name)
  if (!found) throw new Error(`no entry ${name}`)
  return JSON.parse(found.content.toString('utf8')) as Json
}
