/**
 * Fills the tables of a registry with versions as large as real ones, through the store's own functions and in one
 * transaction: the registry's rules are not what is measured, and their price a hundred thousand times over is minutes.
 */

import { sha256 } from '../../src-main/base/digest.ts'
import { newId } from '../../src-main/base/ids.ts'
import { versionNumbers, versionSortKey } from '../../src-main/base/version-order.ts'
import type { NodeWriter } from '../../src-main/store/sqlite.ts'
import { insertArtifacts } from '../../src-main/store/tables/artifacts.ts'
import { insertBlob } from '../../src-main/store/tables/blob-rows.ts'
import { nodeId } from '../../src-main/store/tables/meta.ts'
import { indexModel } from '../../src-main/store/tables/model-search.ts'
import { describeModel, insertModel, setModelVersions } from '../../src-main/store/tables/models.ts'
import { insertVersion } from '../../src-main/store/tables/versions.ts'
import { descriptor, graph } from '../support/registration.ts'

const subjects =
  'digits wine iris leaf fraud price demand anomaly sensor audio speech plant road night retail medical'.split(
    ' ',
  )
const kinds =
  'resnet bert gradient-boosting transformer autoencoder regression detector embedding classifier'.split(' ')
const traits = 'small large fast quantized retrained multilingual calibrated robust'.split(' ')
const tasks = [
  'image-classification',
  'tabular-regression',
  'text-classification',
  'embedding',
  'other',
] as const
const publishers = 40

export interface Shape {
  models: number
  versionsEach: number
}

const pick = <Item>(list: readonly Item[], at: number): Item => list[at % list.length] as Item
export function seedRegistry(db: NodeWriter, shape: Shape): void {
  db.pragma('synchronous = off')
  db.transaction(() => {
    for (let at = 0; at < shape.models; at++) seedModel(db, at, shape.versionsEach)
  })()
  db.pragma('synchronous = full')
}

function seedModel(db: NodeWriter, at: number, versionsEach: number): void {
  const [subject, kind, trait] = [
    pick(subjects, at),
    pick(kinds, at * 7 + (at >> 4)),
    pick(traits, at * 3 + (at >> 8)),
  ]
  const publisher = `publisher-${at % publishers}`
  const name = `${publisher}.${subject}-${kind}-${at}`
  const updatedAt = new Date(Date.UTC(2026, 0, 1) + ((at * 7919) % 31_536_000) * 1000).toISOString()
  const about = {
    title: `${trait} ${kind} for ${subject}`,
    summary: `Finds ${subject} with a ${trait} ${kind}, trained on the ${pick(subjects, at * 5)} data set.`,
    task: pick(tasks, at),
    tags: [subject, trait, ...(at % 1000 === 0 ? ['rare'] : [])],
    owner: { name: publisher },
    source: pick(['imported', 'built'], at),
    updatedAt,
  }
  const id = newId()
  const sequence = insertModel(db, {
    id,
    originNode: nodeId(db),
    name,
    publisher,
    createdAt: updatedAt,
    ...about,
  })
  let latest = { id: '', bytes: 0 }
  for (let number = 0; number < versionsEach; number++)
    latest = seedVersion(db, id, name, `1.${number}.0`, about)
  setModelVersions(db, id, {
    latestVersionId: latest.id,
    stableVersionId: latest.id,
    versionCount: versionsEach,
    latestBytes: latest.bytes,
  })
  describeModel(db, { id, sequence, ...about })
  const noteTexts = Array.from({ length: Math.min(versionsEach, 50) }, (_, n) =>
    notesOf(pick(subjects, at + n), at + n),
  ).join('\n')
  indexModel(db, sequence, { name, ...about, tags: about.tags.join(' '), notes: noteTexts })
}

const notes = [
  'Retrained on more',
  'Repaired for',
  'Quantized with',
  'Fewer false alarms on',
  'Calibrated with',
]
const notesOf = (subject: string, at: number) =>
  `${pick(notes, at + (at >> 3))} ${subject} data, of the same interface.`

function seedVersion(
  db: NodeWriter,
  modelId: string,
  model: string,
  version: string,
  about: { title: string; summary: string },
) {
  const id = newId()
  const files = ['model.onnx', 'README.md', 'LICENSE', 'suite.jsonl', 'outpost.json']
  const artifacts = files.map((path, at) => ({
    path,
    kind: at === 0 ? ('weight' as const) : ('document' as const),
    digest: path === 'LICENSE' ? sha256('license') : sha256(`${model} ${version} ${path}`),
    bytes: at === 0 ? 1_000_000 + version.length : 2000,
    mediaType: 'application/octet-stream',
  }))
  const described = descriptor({
    id: model,
    version,
    title: about.title,
    summary: about.summary,
    change: { type: 'minor', releaseNotes: notesOf(model, version.length) },
  })
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0)
  for (const artifact of artifacts) insertBlob(db, artifact, '2026-11-21T10:00:00.000Z')
  insertVersion(db, {
    id,
    originNode: nodeId(db),
    modelId,
    version,
    dataVersion: null,
    ...versionNumbers(version),
    sortKey: versionSortKey(version),
    changeType: 'minor',
    manifestDigest: sha256(`${model} ${version}`),
    manifest: JSON.stringify({ schemaVersion: 2, layers: artifacts }),
    config: '{}',
    signature: 'x'.repeat(600),
    publisherName: 'acme',
    publisherFingerprint: null,
    descriptor: JSON.stringify(described),
    graph: JSON.stringify(graph()),
    validation: null,
    batchSafe: true,
    metricName: 'accuracy',
    metricValue: 0.9,
    bytes,
    source: 'imported',
    claimedAt: null,
    registeredAt: '2026-11-21T10:00:00.000Z',
  })
  insertArtifacts(db, id, artifacts)
  return { id, bytes }
}
