/** Whose packages this node believes, and the key with which it signs its own. */

import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import { z } from 'zod'
import { digestHex } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import {
  exportSigningKey,
  fingerprintOf,
  generateSigningKey,
  importSigningKey,
} from '../../base/signing-key.ts'
import type { Signer } from '../../package/signing/sign-manifest.ts'
import type { RowWindow } from '../../store/sqlite.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import {
  deletePublishers,
  findPublisherByFingerprint,
  listPublishers as listStored,
  ownPublisher as ownStored,
  publishersIn,
  publishersNamed,
  putPublisher,
  renameOwnPublishers,
  type StoredPublisher,
  versionsSignedBy,
} from '../../store/tables/publishers.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import { marksOfRows } from '../licenses/rebuild-marks.ts'
import type { NodeContext } from '../node-context.ts'

/** Under this name each node signs the sample models, with a key of its own. */
export const samplePublisher = 'samples'

const toRow = (node: NodeContext, publisher: StoredPublisher) => ({
  name: publisher.name,
  fingerprint: publisher.fingerprint,
  own: publisher.own,
  trustedAt: publisher.trustedAt,
  note: publisher.retired ? 'An own key that was rotated out; it signs no more.' : publisher.note,
  versions: versionsSignedBy(node.db, publisher.fingerprint),
})

export function listPublishers(node: NodeContext, window: RowWindow) {
  const { rows, total } = publishersIn(node.db, window)
  return { rows: rows.map((publisher) => toRow(node, publisher)), total }
}

const publicPem = (key: KeyObject): string =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'pem' }) as string

function requireOwn(node: NodeContext): StoredPublisher {
  const own = ownStored(node.db)
  if (!own) throw new OutpostError('KEY_INVALID', 'This node has no publisher key.')
  return own
}

export function ownPublisher(node: NodeContext) {
  const own = requireOwn(node)
  return { name: own.name, fingerprint: own.fingerprint, publicKey: own.publicKey, createdAt: own.trustedAt }
}

/** What this node signs with, now. */
export const ownSigner = (node: NodeContext): Signer => ({
  publisher: requireOwn(node).name,
  privateKey: node.secrets.publisherKey(),
})

/**
 * The key of the file is the one that signs: at the first start, and after a change that was cut off before its row.
 * The first name comes from the key, so that two nodes that nobody named can exchange packages.
 */
export function registerOwnKey(node: NodeContext): void {
  const key = node.secrets.publisherKey()
  const own = ownStored(node.db)
  const fingerprint = fingerprintOf(key)
  markOwn(node, fingerprint)
  if (own?.fingerprint === fingerprint) return
  writeOwn(
    node,
    { name: 'node' },
    key,
    own?.name ?? `node-${digestHex(fingerprint).slice(0, 8)}`,
    'publisher.create',
  )
}

const markedSetting = 'license-marks'

/**
 * Which keys are the node's own, said again apart from the rows: a row alone would make any publisher its own. Where
 * that was lost, the key that is here is the only one that shows itself.
 */
function markOwn(node: NodeContext, fingerprint: string): void {
  const { marks } = node.licensing
  const marked = marks.read()
  if (marked?.own.includes(fingerprint)) return
  const isLost = marked === null && getSetting(node.db, markedSetting, z.boolean()) === true
  if (isLost) node.log.warn('the marks of licenses are gone: own keys that were rotated out count no longer')
  const known =
    marked || isLost ? [] : listStored(node.db).flatMap((one) => (one.own ? [one.fingerprint] : []))
  const rest = marked === null ? marksOfRows(node.db) : marked
  marks.change(() => ({ ...rest, own: [...new Set([...rest.own, ...known, fingerprint])] }))
  setSetting(node.db, markedSetting, true)
}

function writeOwn(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  key: KeyObject,
  name: string,
  action: string,
): StoredPublisher {
  const fingerprint = fingerprintOf(key)
  return audited(node, actor, { action, object: fingerprint, details: { name } }, (trustedAt) => {
    markOwn(node, fingerprint)
    for (const former of listStored(node.db)) {
      if (former.own && !former.retired)
        putPublisher(node.db, { ...former, retired: true, originNode: node.nodeId })
    }
    const publisher = {
      id: newId(),
      name,
      publicKey: publicPem(key),
      fingerprint,
      own: true,
      retired: false,
      note: '',
      trustedAt,
    }
    putPublisher(node.db, { ...publisher, originNode: node.nodeId })
    nextSnapshot(node.db)
    return publisher
  })
}

/** Trust is in a key under a name: the same key cannot stand for two publishers. */
export function trustPublisher(
  node: NodeContext,
  actor: Actor,
  input: { name: string; publicKey: string; note: string },
) {
  const key = readPublicKey(input.publicKey)
  const row = trustKey(node, actor, { name: input.name, publicKey: key, note: input.note })
  node.announce('publishers')
  return toRow(node, row)
}

export function trustKey(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  input: { name: string; publicKey: KeyObject; note: string },
): StoredPublisher {
  const fingerprint = fingerprintOf(input.publicKey)
  const known = findPublisherByFingerprint(node.db, fingerprint)
  if (known && known.name !== input.name) {
    throw new OutpostError(
      'PUBLISHER_MISMATCH',
      `The key ${fingerprint} is trusted as "${known.name}" already.`,
      {
        hint: `Remove "${known.name}" first if the name was wrong.`,
      },
    )
  }
  if (known) return known
  if (publishersNamed(node.db, input.name).some((publisher) => publisher.own)) {
    throw new OutpostError('PUBLISHER_MISMATCH', `"${input.name}" is the name of this node's own publisher.`)
  }
  return audited(
    node,
    actor,
    { action: 'publisher.trust', object: input.name, details: { fingerprint } },
    (trustedAt) => {
      const publisher = {
        id: newId(),
        name: input.name,
        publicKey: publicPem(input.publicKey),
        fingerprint,
        own: false,
        retired: false,
        note: input.note,
        trustedAt,
      }
      putPublisher(node.db, { ...publisher, originNode: node.nodeId })
      nextSnapshot(node.db) // its licenses count from now on
      return publisher
    },
  )
}

function readPublicKey(pem: string): KeyObject {
  if (pem.includes('PRIVATE KEY')) {
    throw new OutpostError('KEY_INVALID', 'This is a private key; trust needs the public one alone.', {
      hint: 'Whoever sent it should make a new key: this one is known to others now.',
    })
  }
  let key: KeyObject
  try {
    key = createPublicKey({ key: pem, format: 'pem' })
  } catch (cause) {
    throw new OutpostError('KEY_INVALID', 'This is no public key in PEM form.', { cause })
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new OutpostError(
    'KEY_INVALID',
    `The key is of the type ${key.asymmetricKeyType}; packages are signed with Ed25519.`,
  )
}

export function removePublisher(node: NodeContext, actor: Actor, name: string) {
  audited(node, actor, { action: 'publisher.remove', object: name }, () => {
    if (deletePublishers(node.db, name) > 0) {
      nextSnapshot(node.db) // and its licenses no longer
      return
    }
    throw new OutpostError('NOT_FOUND', `No publisher "${name}" is trusted here, or it is this node's own.`)
  })
  node.announce('publishers')
  return {}
}

function refuseTrustedName(node: NodeContext, name: string): void {
  if (publishersNamed(node.db, name).every((publisher) => publisher.own)) return
  throw new OutpostError('PUBLISHER_MISMATCH', `"${name}" is the name of a trusted publisher.`, {
    hint: 'Choose another name, or trust that publisher no longer first.',
  })
}

export function renameOwn(node: NodeContext, actor: Actor, name: string) {
  refuseTrustedName(node, name)
  audited(node, actor, { action: 'publisher.rename', object: name }, () => renameOwnPublishers(node.db, name))
  node.announce('publishers')
  return toRow(node, requireOwn(node))
}

export function exportOwnKey(node: NodeContext, actor: Actor, passphrase: string) {
  const own = requireOwn(node)
  audited(node, actor, { action: 'publisher.export', object: own.fingerprint }, () => undefined)
  return { pem: exportSigningKey(node.secrets.publisherKey(), passphrase) }
}

export async function importOwnKey(
  node: NodeContext,
  actor: Actor,
  input: { pem: string; passphrase: string; name?: string | undefined },
) {
  const key = importSigningKey(input.pem, input.passphrase)
  const name = input.name ?? requireOwn(node).name
  const trusted = findPublisherByFingerprint(node.db, fingerprintOf(key))
  // A key that was trusted and is now the own one takes its name along.
  if (trusted?.name !== name) refuseTrustedName(node, name)
  return signWith(node, actor, key, name, 'publisher.import')
}

export const rotateOwnKey = (node: NodeContext, actor: Actor) =>
  signWith(node, actor, generateSigningKey(), requireOwn(node).name, 'publisher.rotate')

/** The file first: a row without its key would sign nothing, a key without its row is found at the next start. */
async function signWith(node: NodeContext, actor: Actor, key: KeyObject, name: string, action: string) {
  await node.secrets.replacePublisherKey(key)
  const written = writeOwn(node, actor, key, name, action)
  node.announce('publishers')
  return toRow(node, written)
}
