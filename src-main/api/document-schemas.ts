/**
 * The published JSON Schema of each signed document: of its payload, as the product checks it. Members that have a
 * default may be left out, and members that nobody knows may stand beside them.
 */
import { z } from 'zod'
import { type DocumentKind, documentPayloads, documentTypes } from '../contract/license/documents.ts'

export const documentSchema = (kind: DocumentKind): Record<string, unknown> => ({
  ...z.toJSONSchema(documentPayloads[kind], { io: 'input', target: 'draft-2020-12' }),
  $id: `urn:outpost:schema:${kind}:1`,
  title: `Payload of ${documentTypes[kind]}`,
})
