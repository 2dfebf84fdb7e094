/** The node itself: state, jobs, keys, publishers, logins, events, samples, backup. */
import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { jobState } from '../choices.ts'
import { modelMemoryBytes } from '../hosting.ts'
import { limits } from '../limits.ts'
import { digest, instant, publisherName, rowId, timestamp } from '../names.ts'
import { deviceProbe, failure, jobRow, keyRow, keyScope, page, pageQuery, publisherRow } from '../views.ts'

const nodeStatus = z.object({
  nodeId: rowId,
  version: z.string(),
  host: z.enum(['desktop', 'headless']),
  startedAt: timestamp,
  dataDir: z.string(),
  diskFreeBytes: z.number(),
  controlUrl: z.string().nullable(),
  serving: z.object({
    state: z.enum(['starting', 'ready', 'restarting', 'stopped', 'failed']),
    url: z.string().nullable(),
    /** host:port; null where there is no door for gRPC. */
    grpcAddress: z.string().nullable(),
    since: timestamp,
    failure: failure.nullable(),
    /** Of one core: 1 is one core full. */
    cpu: z.number(),
    memoryBytes: z.number(),
    modelBytes: z.number(),
    queueLength: z.int(),
    restarts: z.int(),
  }),
  counts: z.object({
    models: z.int(),
    versions: z.int(),
    deployments: z.int(),
    requests: z.int(),
    jobsActive: z.int(),
    /** Those that fire now. */
    alerts: z.int(),
  }),
  /** R261's first-run list: each one true once it really happened. */
  checklist: z.object({
    samples: z.boolean(),
    predicted: z.boolean(),
    deployed: z.boolean(),
    keyCreated: z.boolean(),
    packaged: z.boolean(),
  }),
})
export type NodeStatus = z.infer<typeof nodeStatus>

const modelMemory = z.object({
  /** Null leaves it to the node: half of the machine's. */
  setting: modelMemoryBytes.nullable(),
  /** Of the start (`--model-memory`), which is stronger than the setting. */
  option: z.number().nullable(),
  /** What holds. */
  bytes: z.number(),
  machineBytes: z.number(),
})
export type ModelMemory = z.infer<typeof modelMemory>

/** Something of this kind changed: ask again for what is on the screen. */
const nodeEvent = z.object({
  topic: z.enum([
    'models',
    'deployments',
    'requests',
    'jobs',
    'keys',
    'logins',
    'publishers',
    'drafts',
    'alerts',
    'licenses',
    'system',
  ]),
  id: z.string().nullable(),
  at: timestamp,
})
export type NodeEvent = z.infer<typeof nodeEvent>

const job = z.object({ id: rowId })

export const system = {
  status: oc
    .route({ method: 'GET', path: '/status', summary: 'State of the node', tags: ['Node'] })
    .output(nodeStatus),
  events: oc
    .route({
      method: 'GET',
      path: '/events',
      summary: 'Changes as they happen (server-sent events)',
      tags: ['Node'],
    })
    .output(eventIterator(nodeEvent)),
  devices: oc
    .route({
      method: 'GET',
      path: '/devices',
      summary: 'The devices that models can run on here, each tried by a run',
      tags: ['Node'],
    })
    .output(z.array(deviceProbe)),
  modelMemory: oc
    .route({ method: 'GET', path: '/model-memory', summary: 'Memory for loaded models', tags: ['Node'] })
    .output(modelMemory),
  setModelMemory: oc
    .route({
      method: 'PUT',
      path: '/model-memory',
      summary: 'Set it, or leave it to the node',
      tags: ['Node'],
    })
    .input(z.object({ bytes: modelMemoryBytes.nullable() }))
    .output(modelMemory),
  restartServing: oc
    .route({
      method: 'POST',
      path: '/serving/restart',
      summary: 'Restart the serving process',
      tags: ['Node'],
    })
    .output(z.object({})),
  installSamples: oc
    .route({ method: 'POST', path: '/samples', summary: 'Install the sample models', tags: ['Node'] })
    .output(z.object({ jobId: rowId })),
  removeSamples: oc
    .route({ method: 'DELETE', path: '/samples', summary: 'Remove the sample models', tags: ['Node'] })
    .output(z.object({ removed: z.int() })),
  backup: oc
    .route({ method: 'POST', path: '/backup', summary: 'A consistent copy while running', tags: ['Node'] })
    .input(
      z
        .object({
          /** On the node's machine, absolute: takes the folder of the backup. For the owner of the machine's account. */
          directory: z.string().min(1).max(4096).optional(),
        })
        .default({}),
    )
    .output(z.object({ jobId: rowId })),
  collect: oc
    .route({
      method: 'POST',
      path: '/collect',
      summary: 'Delete artifacts that nothing refers to',
      tags: ['Node'],
    })
    .output(z.object({ jobId: rowId })),
}

export const jobs = {
  list: oc
    .route({ method: 'GET', path: '/jobs', summary: 'Jobs, newest first', tags: ['Jobs'] })
    .input(pageQuery.extend({ state: jobState.optional() }))
    .output(page(jobRow)),
  get: oc
    .route({ method: 'GET', path: '/jobs/{id}', summary: 'One job', tags: ['Jobs'] })
    .input(job)
    .output(jobRow),
  watch: oc
    .route({
      method: 'GET',
      path: '/jobs/{id}/watch',
      summary: 'A job until it ends (server-sent events)',
      tags: ['Jobs'],
    })
    .input(job)
    .output(eventIterator(jobRow)),
  cancel: oc
    .route({ method: 'POST', path: '/jobs/{id}/cancel', summary: 'Cancel', tags: ['Jobs'] })
    .input(job)
    .output(jobRow),
  retry: oc
    .route({ method: 'POST', path: '/jobs/{id}/retry', summary: 'Do it again', tags: ['Jobs'] })
    .input(job)
    .output(jobRow),
}

export const keys = {
  list: oc
    .route({ method: 'GET', path: '/keys', summary: 'API keys, newest first', tags: ['Keys'] })
    .input(pageQuery)
    .output(page(keyRow)),
  create: oc
    .route({ method: 'POST', path: '/keys', summary: 'Create a key; it is shown this once', tags: ['Keys'] })
    .input(
      z.object({
        name: z.string().trim().min(1).max(100),
        scopes: z.array(keyScope).min(1),
        expiresAt: instant.nullable().default(null),
        /** Null: as many as it likes. */
        requestsPerMinute: z.int().min(1).max(10_000_000).nullable().default(null),
        /** Whether it is used in business, where a license makes a difference; null: what the site declares. */
        commercial: z.boolean().nullable().default(null),
      }),
    )
    .output(z.object({ key: keyRow, secret: z.string() })),
  rotate: oc
    .route({
      method: 'POST',
      path: '/keys/{id}/rotate',
      summary: 'Make a new secret for what a key may do; the old one stays good for the overlap',
      tags: ['Keys'],
    })
    .input(
      z.object({
        id: rowId,
        /** How long the old secret is good beside the new one; 0 revokes it at once. */
        overlapHours: z.int().min(0).max(limits.keyOverlapHoursMax).default(24),
        /** When the new secret ends; left out, it is good for as long again as the old one was made for. */
        expiresAt: instant.nullable().optional(),
      }),
    )
    .output(z.object({ key: keyRow, secret: z.string(), previous: keyRow })),
  revoke: oc
    .route({ method: 'POST', path: '/keys/{id}/revoke', summary: 'Revoke a key at once', tags: ['Keys'] })
    .input(z.object({ id: rowId }))
    .output(keyRow),
}

export const publishers = {
  list: oc
    .route({ method: 'GET', path: '/publishers', summary: 'Trusted publishers', tags: ['Publishers'] })
    .input(pageQuery)
    .output(page(publisherRow)),
  trust: oc
    .route({ method: 'POST', path: '/publishers', summary: 'Trust a publisher', tags: ['Publishers'] })
    .input(
      z.object({
        name: publisherName,
        /** SPKI, PEM. */
        publicKey: z.string().max(4096),
        note: z.string().max(500).default(''),
      }),
    )
    .output(publisherRow),
  remove: oc
    .route({
      method: 'DELETE',
      path: '/publishers/{name}',
      summary: 'Trust a publisher no longer',
      tags: ['Publishers'],
    })
    .input(z.object({ name: publisherName }))
    .output(z.object({})),
  own: oc
    .route({ method: 'GET', path: '/publisher', summary: "This node's own publisher", tags: ['Publishers'] })
    .output(
      z.object({ name: publisherName, fingerprint: digest, publicKey: z.string(), createdAt: timestamp }),
    ),
  rename: oc
    .route({ method: 'PUT', path: '/publisher', summary: 'Name the own publisher', tags: ['Publishers'] })
    .input(z.object({ name: publisherName }))
    .output(publisherRow),
  exportKey: oc
    .route({
      method: 'POST',
      path: '/publisher/export',
      summary: 'The own key, encrypted with a passphrase',
      tags: ['Publishers'],
    })
    .input(z.object({ passphrase: z.string().min(12).max(1024) }))
    .output(z.object({ pem: z.string() })),
  importKey: oc
    .route({
      method: 'POST',
      path: '/publisher/import',
      summary: 'Use this key as the own one',
      tags: ['Publishers'],
    })
    .input(
      z.object({
        pem: z.string().max(8192),
        passphrase: z.string().max(1024),
        name: publisherName.optional(),
      }),
    )
    .output(publisherRow),
  rotate: oc
    .route({
      method: 'POST',
      path: '/publisher/rotate',
      summary: 'Make a new own key; the old stays trusted',
      tags: ['Publishers'],
    })
    .output(publisherRow),
}

export const login = {
  state: oc
    .route({
      method: 'GET',
      path: '/login',
      summary: 'Who am I, and must a password be set',
      tags: ['Login'],
    })
    .output(
      z.object({
        actor: z.object({
          kind: z.enum(['owner', 'login', 'key', 'nobody']),
          name: z.string(),
          scopes: z.array(keyScope),
        }),
        passwordSet: z.boolean(),
      }),
    ),
  link: oc
    .route({ method: 'POST', path: '/login/link', summary: 'Make a new one-time link', tags: ['Login'] })
    .output(z.object({ url: z.string(), expiresAt: timestamp })),
  check: oc
    .route({
      method: 'POST',
      path: '/login/check',
      summary: 'Ask whether a one-time link is good',
      tags: ['Login'],
    })
    .input(z.object({ token: z.string().max(200) }))
    .output(z.object({})),
  /** The token of the one-time link gives a login; with a password it sets that too. */
  claim: oc
    .route({ method: 'POST', path: '/login/claim', summary: 'Use a one-time link', tags: ['Login'] })
    .input(z.object({ token: z.string().max(200), password: z.string().max(1024).optional() }))
    .output(z.object({ passwordSet: z.boolean() })),
  enter: oc
    .route({ method: 'POST', path: '/login', summary: 'Log in with the password', tags: ['Login'] })
    .input(z.object({ password: z.string().max(1024) }))
    .output(z.object({})),
  leave: oc
    .route({ method: 'POST', path: '/logout', summary: 'Log out', tags: ['Login'] })
    .output(z.object({})),
  setPassword: oc
    .route({ method: 'PUT', path: '/login/password', summary: 'Change the password', tags: ['Login'] })
    .input(z.object({ current: z.string().max(1024).optional(), next: z.string().max(1024) }))
    .output(z.object({})),
}
