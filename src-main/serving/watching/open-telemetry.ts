/**
 * Traces by OpenTelemetry, sent as OTLP/HTTP. Loaded where an endpoint is set and nowhere else. A request is a span of
 * the kind server with the semantic conventions of HTTP (v1.23 and later, stable); its wait, its run and its usage
 * record are spans in it. The W3C trace context of the client is continued.
 */
import {
  type Attributes,
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Log } from '../../base/log.ts'
import type { ServingConfig } from '../../contract/processes.ts'
import type { TracedHead, TracedRequest, Traces } from './traces.ts'

/** Spans that wait to be sent; more are dropped, so that a collector that is away holds nothing up. */
const waitingMax = 4096
const closeMsMax = 3000

const propagator = new W3CTraceContextPropagator()

export function openTraces(
  { url, ratio, serviceName }: NonNullable<ServingConfig['traces']>,
  { version, nodeId, scheme, log }: { version: string; nodeId: string; scheme: string; log: Log },
): Traces {
  const warn = (message: string, ...details: unknown[]) =>
    log.warn({ details: details.map(String) }, `traces: ${message}`)
  const quiet = () => undefined
  diag.setLogger(
    { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  const root = ratio >= 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(ratio)
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      'service.version': version,
      'service.instance.id': nodeId,
    }),
    sampler: new ParentBasedSampler({ root }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }), maxQueueSize: waitingMax }),
    ],
  })
  const tracer = provider.getTracer('outpost.serving', version)

  const start: Start = (within, name, from, attributes) =>
    tracer.startSpan(name, { kind: SpanKind.INTERNAL, startTime: epoch(from), attributes }, within)

  return {
    begin: (started, head) => {
      const span = tracer.startSpan(
        `${head.method} ${routeOf(head.path)}`,
        { kind: SpanKind.SERVER, startTime: epoch(started), attributes: headAttributes(head, scheme) },
        parentOf(head),
      )
      return span.isRecording() ? traced(span, start) : untraced
    },
    close: async () => {
      const late = new Promise((resolve) => setTimeout(resolve, closeMsMax).unref())
      await Promise.race([provider.shutdown().catch(() => undefined), late])
    },
  }
}

type Start = (within: Context, name: string, from: number, attributes: Attributes) => Span

function traced(span: Span, start: Start): TracedRequest {
  const within = trace.setSpan(ROOT_CONTEXT, span)
  const child = (name: string, from: number, until: number, attributes: Attributes = {}) =>
    start(within, name, from, attributes).end(epoch(until))
  return {
    ran: (from, { queueMs, computeMs, outputMs, batchSize, cached }) => {
      if (cached) {
        span.addEvent('outpost.cache.hit', {})
        return
      }
      const until = performance.now()
      const computed = until - outputMs
      child('queue', from, from + queueMs)
      child('compute', computed - computeMs, computed, { 'outpost.batch.size': batchSize })
    },
    answered: (answer) => {
      span.setAttributes({
        'outpost.model.id': answer.model,
        'outpost.model.version': answer.version,
        'outpost.model.digest': answer.digest,
        'outpost.endpoint': answer.endpoint,
        'outpost.rule': answer.rule,
        'outpost.execution_provider': answer.executionProvider,
        'outpost.items': answer.items,
        'outpost.batch.size': answer.batchSize,
      })
      if (answer.code !== null) span.setAttribute('error.type', answer.code)
    },
    recorded: (from) => child('usage record', from, performance.now()),
    line: (started, requestId) =>
      traced(start(within, 'line', started, { 'outpost.request.id': requestId }), start),
    end: (status) => {
      span.setAttribute('http.response.status_code', status)
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(epoch(performance.now()))
    },
  }
}

const nothing = () => undefined
const untraced: TracedRequest = {
  ran: nothing,
  answered: nothing,
  recorded: nothing,
  line: () => untraced,
  end: nothing,
}

const epoch = (at: number): number => performance.timeOrigin + at

function parentOf({ traceparent, tracestate }: TracedHead): Context {
  if (traceparent === undefined) return ROOT_CONTEXT
  return propagator.extract(
    ROOT_CONTEXT,
    { traceparent, tracestate },
    { keys: (carrier) => Object.keys(carrier), get: (carrier, key) => carrier[key as keyof typeof carrier] },
  )
}

const headAttributes = ({ method, path, requestId }: TracedHead, scheme: string): Attributes => ({
  'http.request.method': method,
  'http.route': routeOf(path),
  'url.path': path,
  'url.scheme': scheme,
  'outpost.request.id': requestId,
})

/** The path without the names in it, so that spans of one kind have one name. */
function routeOf(path: string): string {
  if (/^\/v1\/models\/[^/]+\/[a-z]+$/.test(path))
    return path.replace(/^\/v1\/models\/[^/]+/, '/v1/models/{id}')
  if (path === '/v1/embeddings' || path === '/v1/models' || path === '/v1/feedback') return path
  if (!/^\/v2\/models\/[^/]/.test(path)) return /^\/(v2|metrics)(\/[a-z]+)*$/.test(path) ? path : '/'
  return path
    .replace(/^\/v2\/models\/[^/]+/, '/v2/models/{name}')
    .replace(/\/versions\/[^/]+/, '/versions/{version}')
}
