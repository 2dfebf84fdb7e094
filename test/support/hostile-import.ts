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
export async function importAttempt(
  outpost: WholeNode,
  path: string,
  more: { skipRun?: boolean } = {},
): Promise<Attempt> {
  try {
    const { handle } = await outpost.node.adopt(path)
    const { packageId, publisher } = await outpost.client.packages.inspect({ handle })
    const trust = publisher.fingerprint === null ? {} : { trust: publisher.fingerprint }
    const { jobId } = await outpost.client.packages.import({ packageId, ...trust, ...more })
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

type Layer = { digest: string; size: number; annotations: Record<string, string> }

/**
 * A package with other files under the paths that it had, and a manifest, a configuration and a signature that fit
 * them: what a publisher can make who uses tools of their own.
 */
export function forged(
  entries: Entry[],
  signer: Signer,
  files: Record<string, (former: Buffer) => Uint8Array | string>,
  change: (manifest: Json) => void = () => undefined,
): Entry[] {
  const nameOf = (digest: string) => `blobs/sha256/${digest.slice(7)}`
  let forgery = entries
  const replace = (listed: Pick<Layer, 'digest' | 'size'>, content: Buffer): void => {
    const name = nameOf(listed.digest)
    const made = blob(content)
    forgery = forgery.map((entry) => (entry.header.name === name ? made : entry))
    listed.digest = digestOf(content)
    listed.size = content.length
  }
  const layersOf = (manifest: Json) => manifest.layers as Layer[]
  const manifestOf = (manifest: Json): void => {
    for (const layer of layersOf(manifest)) {
      const make = files[layer.annotations['org.cncf.model.filepath'] ?? '']
      const former = forgery.find(({ header }) => header.name === nameOf(layer.digest))
      if (make && former) replace(layer, Buffer.from(make(former.content)))
    }
    change(manifest)
    const config = manifest.config as Layer
    const document = parsed(forgery, nameOf(config.digest))
    const modelfs = document.modelfs as Json
    modelfs.diffIds = layersOf(manifest).map(({ digest }) => digest)
    replace(config, Buffer.from(JSON.stringify(document)))
  }
  // The manifest is changed once, on a copy that gives the files, and once more for the entries that have them.
  let sealed: Json = {}
  withManifest(entries, (manifest) => {
    manifestOf(manifest)
    sealed = manifest
  })
  return resigned(forgery, signer, (manifest) => Object.assign(manifest, sealed))
}

/** The same with a description of the attacker's own. */
export const redescribed = (
  entries: Entry[],
  signer: Signer,
  describe: (text: string) => string | Buffer,
  change?: (manifest: Json) => void,
): Entry[] =>
  forged(entries, signer, { 'outpost.json': (former) => describe(former.toString('utf8')) }, change)
