/** The routes whose bodies are files: they stream, and so stand beside the API and not in it. */
import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { OutpostError } from '../base/errors.ts'
import { checkAs, parseJson } from '../base/json.ts'
import { contentKeyId } from '../contract/names.ts'
import { registerRequest } from '../contract/register.ts'
import { requireScope } from '../flows/actor.ts'
import { openDraftFolder } from '../flows/drafts/draft-folder.ts'
import { openSealedPackage } from '../flows/issuing/seal-version.ts'
import type { NodeContext } from '../flows/node-context.ts'
import { exportVersion } from '../flows/packages/export-version.ts'
import { registerVersion } from '../flows/packages/register-version.ts'
import type { Environment } from './environment.ts'

/** PUT /api/files?name=model.onnx with the raw bytes → { handle, name, bytes }; the handle is good for one use. */
export async function receiveFile(node: NodeContext, context: Context<Environment>): Promise<Response> {
  requireScope(context.get('actor'), 'write')
  const name = context.req.query('name') ?? 'file'
  const body = context.req.raw.body
  if (!body)
    throw new OutpostError('BAD_REQUEST', 'The request has no body.', {
      hint: 'Send the bytes of the file as the body.',
    })
  const file = await node.files.receive(name, body, context.req.raw.signal)
  return context.json(file, 201)
}

/** GET /api/packages/{model}/{version}: the signed package, as it was packed. */
export async function downloadPackage(node: NodeContext, context: Context<Environment>): Promise<Response> {
  requireScope(context.get('actor'), 'read')
  const packed = await exportVersion(
    node,
    context.req.param('model') ?? '',
    context.req.param('version') ?? '',
  )
  return new Response(Readable.toWeb(packed.stream) as ReadableStream, {
    headers: {
      'content-type': 'application/vnd.oci.image.layout.v1+tar',
      'content-disposition': `attachment; filename="${packed.fileName}"`,
      'content-length': String(packed.bytes),
      'cache-control': 'no-store',
    },
  })
}

/** GET /api/drafts/{id}/folder: the source folder of a draft, as `outpost pack` takes it. */
export function downloadDraft(node: NodeContext, context: Context<Environment>): Response {
  requireScope(context.get('actor'), 'read')
  const { stream, fileName } = openDraftFolder(node, context.req.param('id') ?? '')
  return new Response(Readable.toWeb(stream) as ReadableStream, {
    headers: {
      'content-type': 'application/x-tar',
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
    },
  })
}

/** GET /api/sealed-packages/{keyId}: what issuing.seal made, once. */
export async function downloadSealedPackage(
  node: NodeContext,
  context: Context<Environment>,
): Promise<Response> {
  requireScope(context.get('actor'), 'admin')
  const keyId = checkAs(contentKeyId, context.req.param('keyId'), 'NOT_FOUND', 'The key')
  const { stream, bytes } = await openSealedPackage(node, keyId)
  return new Response(Readable.toWeb(stream) as ReadableStream, {
    headers: {
      'content-type': 'application/vnd.oci.image.layout.v1+tar',
      'content-length': String(bytes),
      'cache-control': 'no-store',
    },
  })
}

/** POST /models/register (R97): a version from files that were handed over, signed with the node's own key. */
export async function registerModel(node: NodeContext, context: Context<Environment>): Promise<Response> {
  requireScope(context.get('actor'), 'write')
  const request = checkAs(
    registerRequest,
    parseJson(await context.req.text(), 'JSON_INVALID'),
    'BAD_REQUEST',
    'The body',
  )
  return context.json(await registerVersion(node, context.get('actor'), request), 201)
}
