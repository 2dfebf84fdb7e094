/**
 * A provider seals an own version: the same package with its weights encrypted under a fresh content key, which stays
 * here, sealed itself under the node's pepper, until a license wraps it to the machines of a customer.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { asDiskError } from '../../base/files.ts'
import { newId } from '../../base/ids.ts'
import { seal, unseal } from '../../base/seal.ts'
import type { SealedPackage, SealedVersion } from '../../contract/license/issuing.ts'
import { modelId } from '../../contract/names.ts'
import { graphSummary, packageDescriptor } from '../../contract/package.ts'
import type { ArtifactRow } from '../../contract/views.ts'
import { contentKeyId } from '../../license/sealed-weights/format.ts'
import { makeContentKey, sealFile } from '../../license/sealed-weights/seal-file.ts'
import { pack } from '../../package/archive/pack.ts'
import { descriptorPath, packageFiles } from '../../package/archive/package-files.ts'
import type { SourceFile } from '../../package/archive/package-source.ts'
import { canonicalJson } from '../../package/signing/canonical-json.ts'
import { resolveVersion } from '../../registry/resolve.ts'
import { openBlob } from '../../store/blobs/blobs.ts'
import { linkTree } from '../../store/blobs/link-tree.ts'
import { readJson } from '../../store/sqlite.ts'
import { artifactsOf } from '../../store/tables/artifacts.ts'
import { getSetting, setSetting, settingsUnder } from '../../store/tables/settings.ts'
import { readDocuments, type StoredVersion } from '../../store/tables/versions.ts'
import { ownSigner } from '../access/publishers.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'

const storedKey = z.object({
  model: modelId,
  version: z.string(),
  sealed: z.string(),
  at: z.string().default(''),
})
const settings = 'content-key '
const settingOf = (keyId: string): string => settings + keyId
const purpose = 'content keys'

/** The newest first. */
export const sealedVersions = (node: NodeContext): SealedVersion[] =>
  settingsUnder(node.db, settings, storedKey)
    .toSorted(([, a], [, b]) => (a.at < b.at ? 1 : -1))
    .map(([keyId, { model, version }]) => ({ keyId, model, version }))

/** LIC_ISSUER for a version of somebody else. The package is handed out by openSealedPackage until the node stops. */
export async function sealVersion(
  node: NodeContext,
  actor: Actor,
  model: string,
  reference: string,
): Promise<SealedPackage> {
  const { version, name } = resolveVersion(node.db, model, reference)
  requireOwn(node, model, version)
  const contentKey = makeContentKey()
  const keyId = contentKeyId(contentKey)
  const work = join(node.paths.staging, `seal-${newId()}`)
  try {
    const source = await sealedSource(node, version, contentKey, work)
    const packed = await pack(source, { output: packagePath(node, keyId), signer: ownSigner(node) })
    const sealed = seal(node.secrets.pepper, purpose, keyId, contentKey.toString('hex'))
    audited(
      node,
      actor,
      { action: 'license.seal', object: `${model}@${name}`, details: { keyId, digest: packed.digest } },
      (at) => setSetting(node.db, settingOf(keyId), { model, version: name, sealed, at }),
    )
    return {
      keyId,
      digest: packed.digest,
      bytes: packed.bytes,
      fileName: `${model}-${name.replace('+', '_')}-sealed.outpost`,
    }
  } finally {
    contentKey.fill(0)
    await rm(work, { recursive: true, force: true })
  }
}

function requireOwn(node: NodeContext, model: string, version: StoredVersion): void {
  const { publisher } = ownSigner(node)
  if (model.split('.')[0] === publisher && node.licensing.book.isOwn(version.publisherFingerprint)) return
  throw new OutpostError('LIC_ISSUER', `${model} is not a model that "${publisher}" signed.`, {
    hint: 'Its own publisher alone can seal it.',
  })
}

async function sealedSource(node: NodeContext, version: StoredVersion, contentKey: Buffer, work: string) {
  const documents = readDocuments(node.db, version.id)
  if (documents?.graph == null)
    throw new OutpostError('BAD_REQUEST', 'The model of this version was never read, so it cannot be sealed.')
  const plain = readJson(packageDescriptor, documents.descriptor, 'descriptor')
  if (plain.sealed) throw new OutpostError('BAD_REQUEST', `${plain.id}@${plain.version} is sealed already.`)
  const artifacts = artifactsOf(node.db, version.id)
  const weights = artifacts.filter(({ kind }) => kind === 'weight')
  const digests = Object.fromEntries(weights.map(({ path, digest }) => [path, digest]))
  const descriptor = { ...plain, sealed: { keyId: contentKeyId(contentKey), digests } }
  const others = artifacts.filter(({ kind }) => kind !== 'weight' && kind !== 'descriptor')
  await linkTree(node.paths.root, others, join(work, 'plain'))
  const files: SourceFile[] = []
  for (const { path, kind } of packageFiles(descriptor)) {
    const artifact = artifacts.find((one) => one.path === path)
    if (path === descriptorPath) {
      const buffer = Buffer.from(canonicalJson(descriptor))
      files.push({ path, kind, bytes: buffer.byteLength, content: { buffer } })
    } else if (kind === 'weight' && artifact) {
      const file = join(work, `${files.length}.sealed`)
      files.push({ path, kind, bytes: await sealBlob(node, artifact, contentKey, file), content: { file } })
    } else {
      files.push({ path, kind, bytes: artifact?.bytes ?? 0, content: { file: join(work, 'plain', path) } })
    }
  }
  return { descriptor, graph: readJson(graphSummary, documents.graph, 'graph'), files }
}

/** Chunk by chunk; gives the bytes of the sealed file. ARTIFACT_CORRUPT where the blob is not what it was. */
async function sealBlob(
  node: NodeContext,
  artifact: ArtifactRow,
  contentKey: Buffer,
  target: string,
): Promise<number> {
  const blob = await openBlob(node.paths.root, artifact.digest)
  try {
    const plain = blob.createReadStream({ highWaterMark: 1 << 20, autoClose: false })
    const sealed = Readable.from(sealFile(plain, artifact, contentKey))
    await pipeline(sealed, createWriteStream(target, { flags: 'wx', mode: 0o600 }))
    return (await stat(target)).size
  } catch (error) {
    throw asDiskError(error)
  } finally {
    await blob.close()
  }
}

const packagePath = (node: NodeContext, keyId: string): string =>
  join(node.paths.staging, `sealed-${keyId}.outpost`)

/** NOT_FOUND once it was taken, or after a restart: what is sealed anew has another key. */
export async function openSealedPackage(node: NodeContext, keyId: string) {
  const path = packagePath(node, keyId)
  const found = await stat(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  })
  if (!found)
    throw new OutpostError('NOT_FOUND', 'There is no sealed package of this key any more.', {
      hint: 'Seal the version again, and issue licenses for the new key.',
    })
  const stream = createReadStream(path)
  stream.once('end', () => void rm(path, { force: true }))
  return { stream, bytes: found.size }
}

/** For the issuer alone. NOT_FOUND for a key that this node has not made; BAD_REQUEST for that of another model. */
export function sealingContentKey(node: NodeContext, model: string, keyId: string): Buffer {
  const stored = getSetting(node.db, settingOf(keyId), storedKey)
  if (!stored)
    throw new OutpostError('NOT_FOUND', `This node has sealed nothing with the key ${keyId}.`, {
      hint: 'outpost license seal says which key it used.',
    })
  if (stored.model !== model)
    throw new OutpostError('BAD_REQUEST', `The key ${keyId} is of ${stored.model}, not of ${model}.`)
  return Buffer.from(unseal(node.secrets.pepper, purpose, keyId, stored.sealed), 'hex')
}
