/** A client of the inference service over gRPC: the library's own, made from the product's service file. */
import { join } from 'node:path'
import {
  type ChannelCredentials,
  type ClientDuplexStream,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { Parameter } from '../../src-main/serving/grpc/messages.ts'

const protoFile = join(import.meta.dirname, '../../resources/grpc/open-inference.proto')
const loaded = loadSync(protoFile, {
  keepCase: true,
  longs: String,
  defaults: true,
  oneofs: true,
  enums: String,
})
const service = loaded['inference.GRPCInferenceService'] as ServiceDefinition
const Client = makeGenericClientConstructor(service, 'GRPCInferenceService')

/** One request of ModelStreamInfer as it goes over the wire, for a client that keeps to no library. */
export function streamFrame(request: GrpcRequest): Buffer {
  const message = service.ModelStreamInfer?.requestSerialize(request) ?? Buffer.alloc(0)
  const head = Buffer.alloc(5) // not packed, and its length
  head.writeUInt32BE(message.byteLength, 1)
  return Buffer.concat([head, message])
}

export interface GrpcTensor {
  name: string
  datatype: string
  shape: Array<number | string>
  contents?: Record<string, unknown[]> | null
  parameters?: Record<string, Parameter>
}

export interface GrpcRequest {
  model_name: string
  model_version?: string
  id?: string
  parameters?: Record<string, Parameter>
  inputs: GrpcTensor[]
  outputs?: Array<{ name: string; parameters?: Record<string, Parameter> }>
  raw_input_contents?: Uint8Array[]
}

export interface GrpcAnswer {
  model_name: string
  model_version: string
  id: string
  parameters: Record<string, Parameter>
  outputs: GrpcTensor[]
  raw_output_contents: Buffer[]
}

export interface StreamedAnswer {
  error_message: string
  infer_response: GrpcAnswer | null
}

/** How a call ended: by gRPC's own numbers, with what stood in its metadata before and behind. */
export interface GrpcEnd {
  code: number
  details: string
  value: unknown
  before: Record<string, unknown>
  behind: Record<string, unknown>
}

export type GrpcClient = ReturnType<typeof grpcClient>

export function grpcClient(
  address: string,
  key: string | null,
  channel: ChannelCredentials = credentials.createInsecure(),
) {
  const client = new Client(address, channel, { 'grpc.max_receive_message_length': -1 })
  const metadataOf = (more: Record<string, string>) => {
    const metadata = new Metadata()
    const all = { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...more }
    for (const [name, value] of Object.entries(all)) metadata.set(name, value)
    return metadata
  }

  const call = (
    method: string,
    request: object,
    more: Record<string, string> = {},
    options: { deadline?: number; onCall?: (cancel: () => void) => void } = {},
  ): Promise<GrpcEnd> =>
    new Promise((resolve) => {
      let before: Record<string, unknown> = {}
      const method_ = client[method] as unknown as (...given: unknown[]) => {
        on(event: 'metadata', seen: (metadata: Metadata) => void): void
        cancel(): void
      }
      const made = method_.call(
        client,
        request,
        metadataOf(more),
        options.deadline === undefined ? {} : { deadline: options.deadline },
        (error: ServiceError | null, value: unknown) =>
          resolve({
            code: error?.code ?? 0,
            details: error?.details ?? '',
            value,
            before,
            behind: error?.metadata?.getMap() ?? {},
          }),
      )
      made.on('metadata', (metadata) => {
        before = metadata.getMap()
      })
      options.onCall?.(() => made.cancel())
    })

  return {
    call,
    /** The answer of a request that is answered. */
    infer: async (request: GrpcRequest, more?: Record<string, string>): Promise<GrpcAnswer> => {
      const { code, details, value } = await call('ModelInfer', request, more)
      if (code !== 0) throw new Error(`${code}: ${details}`)
      return value as GrpcAnswer
    },
    stream: (more: Record<string, string> = {}): ClientDuplexStream<GrpcRequest, StreamedAnswer> => {
      const open = client.ModelStreamInfer as unknown as (
        metadata: Metadata,
      ) => ClientDuplexStream<GrpcRequest, StreamedAnswer>
      return open.call(client, metadataOf(more))
    },
    close: () => client.close(),
  }
}
