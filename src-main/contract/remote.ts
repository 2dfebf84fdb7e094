/**
 * Remote engines: servers of the Open Inference Protocol v2 that run a model in the place of this machine, what is
 * known of each, and what a look at one has shown.
 */
import { z } from 'zod'
import { limits } from './limits.ts'
import { endpointName, remoteName, rowId, timestamp } from './names.ts'
import { tensorSpec } from './tensor.ts'
import { failure } from './views.ts'

/**
 * Stands with each request of a remote engine. A node that is asked so runs the model on this machine or not at all:
 * whatever way leads back to it, a request that goes in circles ends at its first step.
 */
export const forwardedHeader = 'outpost-forwarded'

/** In a path of the protocol; servers differ in what they allow. */
const remotePart = z.string().trim().min(1).max(256)
const remoteToken = z.string().min(1).max(8192)
const timeoutMs = z.int().min(50).max(600_000)

export const remoteWanted = z.object({
  name: remoteName,
  /** Of the server, without /v2: https://models.acme.example, or http:// where it is this machine or a private network. */
  url: z.string().trim().min(1).max(2048),
  /** As the server calls it. */
  model: remotePart,
  /** Null: what the server answers with. */
  modelVersion: remotePart.nullable().default(null),
  /** Sent as Authorization: Bearer; kept sealed and never shown again. */
  token: remoteToken.nullable().default(null),
  /** Of one request, with all that is tried for it. */
  timeoutMs: timeoutMs.default(limits.remoteTimeoutMs),
  /** Lets the address be http:// where it is neither this machine nor a private network: inputs and token are readable on the way. */
  allowHttp: z.boolean().default(false),
})
export type RemoteWanted = z.output<typeof remoteWanted>

/** What is left out stays as it is. */
export const remoteChange = remoteWanted.extend({
  url: remoteWanted.shape.url.optional(),
  model: remotePart.optional(),
  modelVersion: remotePart.nullable().optional(),
  token: remoteToken.nullable().optional(),
  timeoutMs: timeoutMs.optional(),
})
export type RemoteChange = z.output<typeof remoteChange>

/** unknown: nobody has looked yet. */
const remoteHealth = z.enum(['unknown', 'ready', 'not-ready', 'unreachable'])
const circuitState = z.enum(['closed', 'open', 'half-open'])

/** As serving sees it; it is asked there and nowhere else. */
export const remoteReport = z.object({
  name: remoteName,
  health: remoteHealth,
  circuit: circuitState,
  /** Of the last look that reached it or failed. */
  checkedAt: timestamp.nullable(),
  latencyMs: z.number().nullable(),
  /** What went wrong last, while it is not ready or its circuit is not closed. */
  problem: z.string().nullable(),
  requestsTotal: z.int(),
  failuresTotal: z.int(),
  retriesTotal: z.int(),
})
export type RemoteReport = z.infer<typeof remoteReport>

export const remoteRow = z.object({
  id: rowId,
  name: remoteName,
  url: z.string(),
  model: z.string(),
  modelVersion: z.string().nullable(),
  hasToken: z.boolean(),
  timeoutMs: z.int(),
  createdAt: timestamp,
  /** Endpoints that are answered by it, or would be. */
  endpoints: z.array(endpointName),
  /** Null while serving does not run. */
  report: remoteReport.nullable(),
})
export type RemoteRow = z.infer<typeof remoteRow>

export const remoteTest = z.object({
  /** Null where it answers and its model is ready. */
  failure: failure.nullable(),
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** False: tensors are sent as JSON. */
  binary: z.boolean(),
  latencyMs: z.number().nullable(),
  inputs: z.array(tensorSpec),
  outputs: z.array(tensorSpec),
})
export type RemoteTest = z.infer<typeof remoteTest>
