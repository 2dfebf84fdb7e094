/** A package that somebody sent, taken in by a whole node as a person would: looked into, trusted, imported. */
import { readdir } from 'node:fs/promises'
import type { Signer } from '../../src-main/package/signing/sign-manifest.ts'
import { envelopeBytes, signManifest } from '../../src-main/package/signing/sign-manifest.ts'
import { blob, digestOf, type Entry, parsed, withManifest } from './tar-surgery.ts'
import type { WholeNode } from './whole-node.ts'

interface Attempt {
  /** Of the refusal, from whichever door it came; "imported" where there was none. */
  code: string
  /** The rung of the ladder that failed, where the lab refused. */
  check: string | null
  message: string
}

/** The person trusts whoever signed: what is refused is refused for what it is, not for whom it comes from. */
export async function importAttempt(outpost: WholeNode, path: string): Promise<Attempt> {
  try {
    const { handle } = await outpost.node.adopt(path)
    const { packageId, publisher } = await outpost.client.packages.inspect({ handle })
    const trust = publisher.fingerprint === null ? {} : { trust: publisher.fingerprint }
    const { jobId } = await outpost.client.packages.import({ packageId, ...trust })
    const { failure } = await outpost.ended(jobId)
    if (!failure) return { code: 'imported', check: null, message: '' }
    const check = failure.details?.check
    return {
      code: failure.code,
      check: typeof check === 'string' ? check : null,
      message: failure.message,
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return { code: String(error.code), check: null, message: error.message }
  }
}

/** What a refused package left behind in a node that had none before: nothing, if all is well. */
export async function leftBehind({ node, client }: WholeNode): Promise<string[]> {
  const { blobs, staging, uploads, drafts } = node.context.paths
  const files = await Promise.all(
    [blobs, staging, uploads, drafts].map(async (folder) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => `${folder}/${name}`)
    }),
  )
  const { rows } = await client.models.list({})
  return [...files.flat(), ...rows.map(({ id }) => id)]
}

type Json = Record<string, unknown>

/** Entries whose manifest was changed by somebody who signs what they changed. */
export function resigned(entries: Entry[], signer: Signer, change: (manifest: Json) => void): Entry[] {
  const changed = withManifest(entries, change)
  const [listed] = parsed(changed, 'index.json').manifests as { digest: string }[]
  const envelope = envelopeBytes(signManifest(signer, listed?.digest ?? ''))
  return [...changed, { header: { name: 'signature.dsse.json' }, content: envelope }]
}

/** The same with a description of the attacker's own, and all that names it. */
export function redescribed(
  entries: Entry[],
  signer: Signer,
  describe: (text: string) => string | Buffer,
  change: (manifest: Json) => void = () => undefined,
): Entry[] {
  const digestByType = (manifest: Json): string =>
    (manifest.layers as { mediaType: string; digest: string }[]).find(({ mediaType }) =>
      mediaType.startsWith('application/vnd.outpost.package'),
    )?.digest ?? ''
  let former = ''
  withManifest(entries, (manifest) => {
    former = digestByType(manifest)
  })
  const name = `blobs/sha256/${former.slice(7)}`
  const text = entries.find(({ header }) => header.name === name)?.content.toString('utf8') ?? ''
  const descriptor = blob(Buffer.from(describe(text)))
  const digest = digestOf(descriptor.content)
  const replaced = entries.map((entry) => (entry.header.name === name ? descriptor : entry))
  const config = { from: '', entry: descriptor }
  const resealed = resigned(replaced, signer, (manifest) => {
    for (const layer of manifest.layers as { digest: string; size: number }[]) {
      if (layer.digest !== former) continue
      layer.digest = digest
      layer.size = descriptor.content.length
    }
    change(manifest)
    const listed = manifest.config as { digest: string; size: number }
    config.from = `blobs/sha256/${listed.digest.slice(7)}`
    const parsedConfig = parsed(replaced, config.from)
    const modelfs = parsedConfig.modelfs as Json
    modelfs.diffIds = (manifest.layers as { digest: string }[]).map((layer) => layer.digest)
    config.entry = blob(Buffer.from(JSON.stringify(parsedConfig)))
    listed.digest = digestOf(config.entry.content)
    listed.size = config.entry.content.length
  })
  return resealed.map((entry) => (entry.header.name === config.from ? config.entry : entry))
}
