/** The service as gRPC's library wants it, read from resources/grpc/open-inference.proto. */
import { createHash } from 'node:crypto'
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { InferAnswerMessage } from './messages.ts'

export interface InferenceService {
  definition: ServiceDefinition
  /** The size of a request as it came over the wire. */
  bytesOf: (message: object) => number
  /** SHA-256 of the message: the same for the same request. */
  digestOf: (message: object) => Uint8Array
  serialize: (answer: InferAnswerMessage) => Buffer
}

type Methods = Record<string, MethodDefinition<object, object>>

export function loadService(protoFile: string): InferenceService {
  const loaded = loadSync(protoFile, {
    keepCase: true,
    longs: String,
    defaults: true,
    oneofs: true,
    enums: String,
  })
  const methods = loaded['inference.GRPCInferenceService'] as unknown as Methods
  const infer = methods.ModelInfer
  const stream = methods.ModelStreamInfer
  if (!infer || !stream) throw new Error(`${protoFile} has no inference service`)
  const sizes = new WeakMap<object, number>()
  const measured = (bytes: Buffer) => {
    const message = infer.requestDeserialize(bytes)
    sizes.set(message, bytes.byteLength)
    return message
  }
  // Answers are made into bytes before their usage record is written, and leave as they are.
  const asIs = (bytes: object) => bytes as Buffer
  return {
    definition: {
      ...methods,
      ModelInfer: { ...infer, requestDeserialize: measured, responseSerialize: asIs },
      ModelStreamInfer: { ...stream, requestDeserialize: measured, responseSerialize: asIs },
    },
    digestOf: (message) => createHash('sha256').update(infer.requestSerialize(message)).digest(),
    bytesOf: (message) => sizes.get(message) ?? 0,
    serialize: (answer) => infer.responseSerialize(answer),
  }
}
