/**
 * The routes beside the procedures, for the OpenAPI document: their bodies are files, or belong to the marketplace's
 * own call, so they stand in http/file-routes.ts and are described here by hand.
 */
import { z } from 'zod'
import { fileHandle } from '../contract/api/packages.ts'
import { documentKind } from '../contract/license/documents.ts'
import { problem, problemContentType } from '../contract/problem.ts'
import { registerAnswer, registerRequest } from '../contract/register.ts'

const json = (schema: z.ZodType, io: 'input' | 'output' = 'output') => ({
  'application/json': { schema: z.toJSONSchema(schema, { io }) },
})
const binary = (type: string) => ({ [type]: { schema: { type: 'string', format: 'binary' } } })
const refusals = {
  default: {
    description: 'A refusal',
    content: { [problemContentType]: { schema: z.toJSONSchema(problem) } },
  },
}
const inPath = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } })
const handed = z.object({ handle: fileHandle, name: z.string(), bytes: z.int() })

export const filePaths = {
  '/files': {
    put: {
      summary: 'Hand over a file: the body is its bytes; the handle is good for one use',
      tags: ['Packages'],
      parameters: [{ name: 'name', in: 'query', required: true, schema: { type: 'string' } }],
      requestBody: { required: true, content: binary('application/octet-stream') },
      responses: { 201: { description: 'Held', content: json(handed) }, ...refusals },
    },
  },
  '/packages/{model}/{version}': {
    get: {
      summary: 'A registered version as the signed package that it came as',
      tags: ['Packages'],
      parameters: [inPath('model'), inPath('version')],
      responses: {
        200: { description: 'The package', content: binary('application/vnd.oci.image.layout.v1+tar') },
        ...refusals,
      },
    },
  },
  '/sealed-packages/{keyId}': {
    get: {
      summary: 'The package that sealing an own version made, by the key of its weights; once',
      tags: ['Licenses'],
      parameters: [inPath('keyId')],
      responses: {
        200: { description: 'The package', content: binary('application/vnd.oci.image.layout.v1+tar') },
        ...refusals,
      },
    },
  },
  '/drafts/{id}/folder': {
    get: {
      summary: 'The source folder of a draft, as outpost pack takes it',
      tags: ['Package'],
      parameters: [inPath('id')],
      responses: {
        200: { description: 'A tar of the folder', content: binary('application/x-tar') },
        ...refusals,
      },
    },
  },
  '/schemas/{kind}.json': {
    get: {
      summary: 'The JSON Schema of the payload of a signed document',
      tags: ['Licenses'],
      parameters: [
        {
          name: 'kind',
          in: 'path',
          required: true,
          schema: { type: 'string', enum: documentKind.options },
        },
      ],
      responses: {
        200: { description: 'The schema', content: { 'application/schema+json': { schema: {} } } },
        ...refusals,
      },
    },
  },
  '/models/register': {
    post: {
      summary: 'Register a version from files that were handed over; signed with the key of this node',
      tags: ['Models'],
      // The marketplace's address, beside /api.
      servers: [{ url: '/' }],
      requestBody: { required: true, content: json(registerRequest, 'input') },
      responses: { 201: { description: 'Registered', content: json(registerAnswer) }, ...refusals },
    },
  },
}

/** Programs send a key, the page its login's cookie. */
export const securitySchemes = (cookie: string) => ({
  key: { type: 'http', scheme: 'bearer', description: 'An API key; its scopes say what it may do' },
  login: { type: 'apiKey', in: 'cookie', name: cookie },
})
