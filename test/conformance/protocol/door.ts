/** A server of the Open Inference Protocol v2 as the suite asks it, and what an item is. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import type { GrpcClient } from '../../support/grpc-client.ts'

export interface Door {
  /** Of REST, without a path. */
  url: string
  key: string | null
  grpc: GrpcClient | null
}

export interface Item {
  /** As the checklist numbers it. */
  number: number
  title: string
  /** Fixtures by their names in fixtures.ts. */
  needs: readonly string[]
  check(ask: Ask): Promise<void>
}

export interface Answer {
  status: number
  headers: Headers
  bytes: Buffer
  /** Of the body as JSON, or of its head where bytes follow. */
  json: Record<string, never>
  /** What follows the head. */
  rest: Buffer
}

export const headHeader = 'inference-header-content-length'

export interface Ask {
  door: Door
  get(path: string, key?: string | null): Promise<Answer>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  /** A JSON head and bytes behind it. */
  postBytes(path: string, head: unknown, blobs: readonly Uint8Array[]): Promise<Answer>
  send(
    method: string,
    path: string,
    body?: Uint8Array | string,
    headers?: Record<string, string>,
  ): Promise<Answer>
  infer(model: string, request: object): Promise<Answer>
}

export function askAt(door: Door): Ask {
  const send: Ask['send'] = async (method, path, body, headers = {}) => {
    const authorization = door.key === null ? {} : { authorization: `Bearer ${door.key}` }
    const response = await fetch(`${door.url}${path}`, {
      method,
      headers: { ...authorization, ...headers },
      ...(body !== undefined && { body: Buffer.from(body) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const headBytes = Number(response.headers.get(headHeader) ?? bytes.byteLength)
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      get json() {
        return JSON.parse(bytes.toString('utf8', 0, headBytes)) as Record<string, never>
      },
      rest: bytes.subarray(headBytes),
    }
  }
  const post: Ask['post'] = (path, body, headers) =>
    send('POST', path, body === undefined ? '' : JSON.stringify(body), {
      'content-type': 'application/json',
      ...headers,
    })
  return {
    door,
    send,
    post,
    get: (path, key = door.key) => send('GET', path, undefined, key === null ? { authorization: '' } : {}),
    postBytes: (path, head, blobs) => {
      const json = Buffer.from(JSON.stringify(head))
      return send('POST', path, Buffer.concat([json, ...blobs]), {
        'content-type': 'application/octet-stream',
        [headHeader]: String(json.byteLength),
      })
    },
    infer: (model, request) => post(`/v2/models/${model}/infer`, request),
  }
}

/** The item's own word for what it expects; every refusal of the protocol is {"error": text} and nothing else. */
export function refused(answer: Answer, status: number | readonly number[], mentions = ''): void {
  const statuses = [status].flat()
  ok(
    statuses.includes(answer.status),
    `status ${answer.status}, expected ${statuses.join(' or ')}: ${answer.bytes}`,
  )
  deepStrictEqual(Object.keys(answer.json), ['error'])
  const { error } = answer.json as { error?: unknown }
  ok(typeof error === 'string' && error.includes(mentions), `"${error}" does not say ${mentions}`)
}

export function answered(answer: Answer): void {
  ok(answer.status === 200, `status ${answer.status}: ${answer.bytes}`)
}

/** A row for the fixture oip-linear. */
export const row = (data: unknown = [1, 2, 3, 4], shape: unknown = [1, 4], datatype: unknown = 'FP32') => ({
  name: 'x',
  shape,
  datatype,
  data,
})
export const linear = 'oip-linear'
export const identity = (datatype: string): string => `oip-id-${datatype.toLowerCase()}`

export interface OutputTensor {
  name: string
  datatype: string
  shape: number[]
  data?: unknown[]
  parameters?: { binary_data_size?: number }
}
export const outputsOf = ({ json }: Answer): OutputTensor[] => json.outputs as unknown as OutputTensor[]
export const item = (
  number: number,
  title: string,
  needs: readonly string[],
  check: (ask: Ask) => Promise<void>,
): Item => ({ number, title, needs, check })
