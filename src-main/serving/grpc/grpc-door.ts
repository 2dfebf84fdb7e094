/**
 * The Open Inference Protocol v2 over gRPC, on a port of its own. The same ladder as the HTTP door, from the same parts:
 * who, how often, which version, and then the story of an inference.
 */
import { createServer, type Socket } from 'node:net'
import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServiceError,
  type sendUnaryData,
  setLogVerbosity,
} from '@grpc/grpc-js'
import { limits } from '../../contract/limits.ts'
import type { Caller } from '../door/callers.ts'
import { type ListenAddress, listen } from '../door/listen.ts'
import { type AnyCall, createGrpcAsk } from './ask.ts'
import type { GrpcDoorOptions } from './door-options.ts'
import { doorkeeper } from './doorkeeper.ts'
import { createInferHandlers } from './infer-handlers.ts'
import type { ModelMessage, RepositoryMessage } from './messages.ts'
import { metadataOf, statusOf } from './refusals.ts'
import { loadService } from './service.ts'

export interface GrpcDoor {
  /** The port that it listens on; PORT_TAKEN. */
  listen(address: ListenAddress): Promise<number>
  /** Answers what is under way, takes nothing new, and settles when the last answer is out. */
  drain(): Promise<void>
}

/** What anyone may ask, as over HTTP. */
const openPaths = new Set(
  ['ServerLive', 'ServerReady', 'ServerMetadata'].map(
    (method) => `/inference.GRPCInferenceService/${method}`,
  ),
)

/** What the messages around the tensors may take. */
const envelopeBytes = 1024 * 1024

/** Bytes on their way of one request before the client waits: the default of 64 KiB slows large tensors down. */
const windowBytes = 1024 * 1024

export function createGrpcDoor(options: GrpcDoorOptions): GrpcDoor {
  setLogVerbosity(logVerbosity.NONE) // it would write to the terminal what is thrown or logged here
  const { views, repository } = options
  const bytesMax = limits.inferBodyBytesMax + envelopeBytes
  const server = new Server({
    'grpc.max_receive_message_length': bytesMax,
    'grpc.max_send_message_length': -1,
    'grpc-node.max_session_memory': (4 * bytesMax) / 1024 / 1024,
    'grpc-node.flow_control_window': windowBytes,
    'grpc.max_concurrent_streams': limits.grpcStreamsMax,
    'grpc.max_connection_idle_ms': limits.grpcIdleSecondsMax * 1000,
    'grpc.keepalive_time_ms': limits.grpcKeepaliveSeconds * 1000,
    interceptors: [doorkeeper(options.identify, openPaths)],
  })
  const listener = createServer()
  listener.maxConnections = limits.grpcConnectionsMax
  const service = loadService(options.protoFile)
  const ask = createGrpcAsk(options)
  /** By what the library calls a call's peer. */
  const sockets = new Map<string, Socket>()
  const infer = createInferHandlers(
    { ...options, cutOff: (call) => sockets.get(call.getPeer())?.destroy() },
    service,
    ask,
  )

  /** A call that runs no model; `open` ones answer to anyone. */
  const unary =
    <Asked>(answer: (asked: Asked, caller: Caller | null) => object | Promise<object>, open = false) =>
    (call: AnyCall & { request: Asked }, callback: sendUnaryData<object>) => {
      const id = ask.identity()
      const answered = async () => answer(call.request, open ? ask.anyone(call) : ask.who(call))
      answered().then(
        (value) => {
          call.sendMetadata(metadataOf({ 'x-request-id': id }))
          callback(null, value)
        },
        (error: unknown) =>
          callback(statusOf(ask.refused(error, id), { 'x-request-id': id }) as ServiceError),
      )
    }
  const named = ({ name, version }: ModelMessage) => ({ endpoint: name, version: version || null })

  server.addService(service.definition, {
    ServerLive: unary(() => ({ live: true }), true),
    ServerReady: unary(() => ({ ready: views.isReady() }), true),
    ServerMetadata: unary(() => views.server(), true),
    ModelReady: unary((asked: ModelMessage) => ({ ready: views.readiness(named(asked)).refusal === null })),
    ModelMetadata: unary((asked: ModelMessage) => views.metadata(named(asked))),
    ModelConfig: unary((asked: ModelMessage) => ({ config: views.config(named(asked)) })),
    ModelStatistics: unary((asked: ModelMessage) => ({
      model_stats: views.statistics({ endpoint: asked.name || null, version: asked.version || null }),
    })),
    RepositoryIndex: unary(({ ready }: { ready: boolean }) => ({ models: repository.index(ready) })),
    RepositoryModelLoad: unary(async (asked: RepositoryMessage, caller) => {
      if (caller) await repository.load(asked.model_name, asked.parameters, caller)
      return {}
    }),
    RepositoryModelUnload: unary(async (asked: RepositoryMessage, caller) => {
      if (caller) await repository.unload(asked.model_name, caller)
      return {}
    }),
    ...infer.handlers,
  })

  return {
    listen: (address) => {
      const { tls } = options
      const credentials = tls
        ? ServerCredentials.createSsl(null, [
            { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) },
          ])
        : ServerCredentials.createInsecure()
      // A listener of its own, since the library's has no bound on connections.
      const { injectConnection } = server.createConnectionInjector(credentials)
      listener.on('connection', (socket) => {
        const peer = `${socket.remoteAddress}:${socket.remotePort}`
        sockets.set(peer, socket)
        socket.once('close', () => void sockets.delete(peer))
        injectConnection(socket)
      })
      return listen(listener, address)
    },
    drain: () =>
      new Promise((resolve) => {
        listener.close()
        infer.finish() // a stream whose client stays would hold the stop up
        server.tryShutdown(() => resolve())
      }),
  }
}
