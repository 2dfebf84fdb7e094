/** A data folder of a test's own, with versions registered and deployed in node.db, and serving processes over it. */
import type { ForkOptions } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { z } from 'zod'
import type { BucketRange } from '../../src-main/base/buckets.ts'
import { sha256 } from '../../src-main/base/digest.ts'
import { newId } from '../../src-main/base/ids.ts'
import { fingerprintOf, generateSigningKey, publicKeyText } from '../../src-main/base/signing-key.ts'
import type { HostingSettings } from '../../src-main/contract/hosting.ts'
import {
  type GraphSummary,
  type PackageDescriptorInput,
  packageDescriptor,
} from '../../src-main/contract/package.ts'
import type { ServingConfig } from '../../src-main/contract/processes.ts'
import { trafficPolicy } from '../../src-main/contract/traffic.ts'
import type { KeyScope } from '../../src-main/contract/views.ts'
import { registerVersion } from '../../src-main/registry/register.ts'
import { createBlobStore } from '../../src-main/store/blobs/blobs.ts'
import { dataFolders, dataPaths } from '../../src-main/store/data-paths.ts'
import { openNodeDatabase, openUsageDatabase } from '../../src-main/store/open.ts'
import { insertKey, revokeStoredKey } from '../../src-main/store/tables/api-keys.ts'
import {
  deleteTarget,
  listTargets,
  putTarget,
  type StoredRole,
} from '../../src-main/store/tables/endpoint-targets.ts'
import { findEndpoint, putEndpoint, setDesired, setPolicy } from '../../src-main/store/tables/endpoints.ts'
import { putPublisher } from '../../src-main/store/tables/publishers.ts'
import { type ServingProcess, startServing } from './serving-child.ts'

const pepper = randomBytes(32).toString('hex')
export const usageKey = randomBytes(32).toString('hex')
const at = () => new Date().toISOString()

export interface TestVersion {
  model: string
  version: string
  onnx: Uint8Array
  externalData?: Record<string, Uint8Array>
  descriptor?: Partial<PackageDescriptorInput>
  batchSafe?: boolean
  /** As inspect reads it of the file. */
  graph?: GraphSummary
  /** As though validation had run it. */
  validated?: boolean
  /** The node itself where it is left out: then it needs no license. */
  publisher?: { name: string; fingerprint: string }
}

export type ServingNode = Awaited<ReturnType<typeof createServingNode>>

export async function createServingNode() {
  const dataDir = mkdtempSync(join(tmpdir(), 'outpost-serving-'))
  const paths = dataPaths(dataDir)
  for (const folder of dataFolders(paths)) mkdirSync(folder, { recursive: true })
  const db = openNodeDatabase(dataDir)
  openUsageDatabase(dataDir).close()
  const blobs = createBlobStore(dataDir)
  const ownKey = generateSigningKey()
  const fingerprint = fingerprintOf(ownKey)
  putPublisher(db, {
    id: newId(),
    name: 'test',
    publicKey: `-----BEGIN PUBLIC KEY-----\n${publicKeyText(ownKey)}\n-----END PUBLIC KEY-----\n`,
    fingerprint,
    own: true,
    retired: false,
    note: '',
    trustedAt: at(),
    originNode: 'test',
  })
  let snapshots = 0
  const running = new Set<ServingProcess>()

  async function register(input: TestVersion): Promise<string> {
    const intake = blobs.begin()
    const files = { 'model.onnx': input.onnx, ...input.externalData }
    const artifacts = []
    for (const [path, bytes] of Object.entries(files)) {
      const { digest } = await intake.write(Readable.from([bytes]))
      const mediaType = 'application/octet-stream'
      artifacts.push({ path, kind: 'weight' as const, mediaType, digest, bytes: bytes.byteLength })
    }
    const descriptor = packageDescriptor.parse({
      formatVersion: 1,
      id: input.model,
      version: input.version,
      title: input.model,
      summary: '',
      task: 'other',
      owner: { name: 'Test' },
      license: { spdx: 'MIT' },
      framework: { name: 'test' },
      change: {
        type: input.version.endsWith('.0.0') ? 'major' : 'minor',
        releaseNotes: '',
        breakingChanges: input.version.endsWith('.0.0') ? ['Other answers.'] : [],
        migrationGuide: 'm.md',
      },
      model: { file: 'model.onnx', externalData: Object.keys(input.externalData ?? {}) },
      card: 'card.md',
      ...input.descriptor,
    })
    const manifest = JSON.stringify({ artifacts, version: input.version })
    const { versionId } = registerVersion(
      db,
      {
        descriptor,
        manifestDigest: sha256(manifest),
        manifest,
        config: '{}',
        signature: null,
        publisher: input.publisher ?? { name: 'test', fingerprint },
        artifacts,
        graph: input.graph ?? null,
        validation: {
          verdict: 'passed',
          checks: [],
          batchSafe: input.batchSafe ?? true,
          latencyMs: input.validated ? { p50: 1, p95: 1, runs: 1 } : null,
          memory: null,
          measured: null,
          runtime: { name: 'onnxruntime', version: '1' },
          at: at(),
        },
        source: 'imported',
      },
      { actor: 'test', at: at() },
    )
    intake.end()
    return versionId
  }

  function deploy(name: string, model: string, versionId: string, executionProvider = 'cpu'): void {
    const modelId = db
      .prepare<[string], { id: string }>('select id from models where name = ?')
      .get(model)?.id
    if (modelId === undefined) throw new Error(`no model ${model}`)
    putEndpoint(db, {
      id: findEndpoint(db, name)?.id ?? newId(),
      name,
      modelId,
      versionId,
      executionProvider,
      desired: 'running',
      originNode: 'test',
      at: at(),
    })
  }

  /** Registers a version, 1.0.0 of a model of the endpoint's name unless it says otherwise, and lets the endpoint answer with it. */
  async function serve(endpoint: string, onnx: Uint8Array, more: Partial<TestVersion> = {}): Promise<string> {
    const version = { model: endpoint, version: '1.0.0', onnx, ...more }
    const versionId = await register(version)
    deploy(endpoint, version.model, versionId)
    return versionId
  }

  /** A version beside the primary one of an endpoint. */
  function introduce(name: string, versionId: string, role: StoredRole, buckets: BucketRange[] = []): void {
    const endpoint = findEndpoint(db, name)
    if (!endpoint) throw new Error(`no endpoint ${name}`)
    const common = { id: newId(), endpointId: endpoint.id, executionProvider: 'cpu', settings: '{}' }
    putTarget(db, { ...common, versionId, role, buckets, originNode: 'test', at: at() })
  }

  /** Takes the primary's place, as control does when it is ready. */
  function promote(name: string, model: string, versionId: string): void {
    const endpoint = findEndpoint(db, name)
    for (const target of listTargets(db, endpoint?.id)) {
      if (target.versionId === versionId) deleteTarget(db, target.id)
    }
    deploy(name, model, versionId)
  }

  function createKey(
    scopes: KeyScope[] = ['infer'],
    expiresAt: string | null = null,
    requestsPerMinute: number | null = null,
  ) {
    const secret = `op_${randomBytes(24).toString('base64url')}`
    const id = newId()
    const hash = createHmac('sha256', Buffer.from(pepper, 'hex')).update(secret).digest('hex')
    insertKey(db, {
      id,
      name: 'tester',
      prefix: 'op_',
      hash,
      scopes,
      createdAt: at(),
      expiresAt,
      requestsPerMinute,
      commercial: null,
      originNode: 'test',
    })
    return { secret, revoke: () => revokeStoredKey(db, id, at()) }
  }

  async function start(
    more: Partial<ServingConfig> = {},
    forkOptions: ForkOptions = {},
  ): Promise<ServingProcess> {
    const config: ServingConfig = {
      dataDir,
      nodeId: newId(),
      host: '127.0.0.1',
      port: 0,
      portFixed: false,
      tls: null,
      hostsAllowed: [],
      keyPepper: pepper,
      usageKey,
      internalKey: 'internal-key',
      temporaryKeys: [],
      engineThreads: 2,
      logLevel: 'error',
      ...more,
    }
    const serving = await startServing(config, () => ++snapshots, forkOptions)
    running.add(serving)
    void serving.exited.then(() => running.delete(serving))
    return serving
  }

  return {
    dataDir,
    pepper,
    paths,
    db,
    register,
    deploy,
    serve,
    introduce,
    promote,
    setPolicy: (name: string, policy: z.input<typeof trafficPolicy>) =>
      setPolicy(db, findEndpoint(db, name)?.id ?? '', JSON.stringify(trafficPolicy.parse(policy)), at()),
    createKey,
    start,
    setHosting: (name: string, settings: Partial<HostingSettings>) =>
      void db.prepare('update endpoints set settings = ? where name = ?').run(JSON.stringify(settings), name),
    stop: (name: string) => setDesired(db, name, 'stopped', at()),
    remove: async () => {
      for (const serving of [...running]) serving.kill()
      await Promise.all([...running].map((serving) => serving.exited))
      db.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
