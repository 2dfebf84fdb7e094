/** Bodies that come or leave compressed, as Content-Encoding and Accept-Encoding say (RFC 9110, section 8.4). */
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, gzip, inflate } from 'node:zlib'
import { OutpostError } from '../../base/errors.ts'
import type { Answer } from './http-answer.ts'

const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) }
const pack = promisify(gzip)

/** Bytes of an answer below which packing costs more time than sending. */
const packedBytesMin = 16 * 1024

/** UNSUPPORTED_MEDIA_TYPE for any other encoding. */
export function encodingOf(request: IncomingMessage): 'identity' | 'gzip' | 'deflate' {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === 'gzip' || encoding === 'deflate') return encoding
  throw new OutpostError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The content encoding "${encoding}" is not supported here.`,
    {
      hint: 'Send the body as it is, or as gzip or deflate.',
    },
  )
}

/** PAYLOAD_TOO_LARGE as soon as it grows beyond the limit, whatever its packed size; BAD_REQUEST where it is broken. */
export async function unpacked(
  bytes: Buffer,
  encoding: 'gzip' | 'deflate',
  bytesMax: number,
): Promise<Buffer> {
  try {
    return await unpackers[encoding](bytes, { maxOutputLength: bytesMax })
  } catch (error) {
    if (error instanceof RangeError) {
      throw new OutpostError('PAYLOAD_TOO_LARGE', `The body unpacks to more than ${bytesMax} bytes.`)
    }
    throw new OutpostError('BAD_REQUEST', `The body is not valid ${encoding}.`, { cause: error })
  }
}

/** Where the client takes that and it is worth it. */
export const isPackable = (request: IncomingMessage, { bytesOut }: Answer): boolean =>
  bytesOut >= packedBytesMin && takesGzip(request)

export async function packed(answer: Answer): Promise<Answer> {
  const body = await pack(answer.body, { level: 1 })
  const headers = { ...answer.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' }
  return { ...answer, body, bytesOut: body.byteLength, headers }
}

const takesGzip = (request: IncomingMessage): boolean =>
  String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .some((offer) => /^\s*gzip\s*(;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(offer))
