/** Reads a request's body up to a limit: nothing beyond it is ever held, whatever the client claims or sends. */
import type { IncomingMessage } from 'node:http'
import { OutpostError } from '../../base/errors.ts'

const tooLarge = (bytesMax: number): OutpostError =>
  new OutpostError('PAYLOAD_TOO_LARGE', `The body is larger than ${bytesMax} bytes.`, {
    hint: 'Send fewer items in one call.',
  })

/** The length that the client announces is checked before the first byte is read. */
export function refuseAnnounced(request: IncomingMessage, bytesMax: number): void {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax)
}

/** PAYLOAD_TOO_LARGE; BAD_REQUEST where the client goes away in the middle. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  refuseAnnounced(request, bytesMax)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength
      if (bytes > bytesMax) {
        chunks.length = 0
        reject(tooLarge(bytesMax))
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.on('close', () => {
      // Each request closes; an error is made, with its stack, for those alone that end too early.
      if (!request.complete)
        reject(new OutpostError('BAD_REQUEST', 'The client went away before its body was read.'))
    })
  })
}
