/** Requests to a whole node that are no procedures of the API: files that are handed over, and models that are registered. */
import { problem } from '../../src-main/contract/problem.ts'
import type { WholeNode } from './whole-node.ts'

export const asOwner = (outpost: WholeNode, path: string, init?: RequestInit): Promise<Response> =>
  outpost.node.fetch(new Request(`http://localhost${path}`, init), { owner: true })

/** PUT /api/files; gives the handle. */
export async function handOver(
  outpost: WholeNode,
  name: string,
  bytes: Uint8Array | string,
): Promise<string> {
  const answer = await asOwner(outpost, `/api/files?name=${encodeURIComponent(name)}`, {
    method: 'PUT',
    body: bytes as BodyInit,
  })
  if (answer.status !== 201) throw new Error(`the upload was answered with ${answer.status}`)
  return ((await answer.json()) as { handle: string }).handle
}

export const postJson = (outpost: WholeNode, path: string, body: unknown): Promise<Response> =>
  asOwner(outpost, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** "409 VERSION_EXISTS" of a refusal, the status alone of an answer. */
export async function told(asked: Response | Promise<Response>): Promise<string> {
  const answer = await asked
  return answer.ok ? String(answer.status) : `${answer.status} ${problem.parse(await answer.json()).code}`
}

/** Of a procedure's refusal: its code; "accepted" where it was none. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'accepted'
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}

export interface RegisterBody {
  model_name: string
  version: string
  artifacts: Record<string, string>
  metadata?: Record<string, unknown>
}

/** POST /models/register of files that are handed over first, by their path in the package. */
export async function register(
  outpost: WholeNode,
  body: Omit<RegisterBody, 'artifacts'>,
  files: Record<string, Uint8Array | string>,
): Promise<Response> {
  const artifacts: Record<string, string> = {}
  for (const [path, bytes] of Object.entries(files))
    artifacts[path] = await handOver(outpost, 'uploaded.bin', bytes)
  return postJson(outpost, '/models/register', { ...body, artifacts })
}

/** Registers one, which has to be taken. */
export async function newVersion(
  outpost: WholeNode,
  model_name: string,
  onnx: Uint8Array,
  version = '1.0.0',
): Promise<void> {
  const body = { model_name, version, metadata: { descriptor: described } }
  const answer = await register(outpost, body, { 'model.onnx': onnx })
  if (answer.status !== 201) throw new Error(`the version was answered with ${await told(answer)}`)
}

/** The rest of a description that no upload could make up. */
export const described = {
  summary: 'Three scores of four numbers.',
  task: 'other',
  owner: { name: 'Ada' },
  license: { spdx: 'Apache-2.0' },
}
