/**
 * Where traces are sent, by the environment variables of OpenTelemetry (specification, "OpenTelemetry Protocol
 * Exporter") or by what was given on the command line, which goes before them. Null sends none.
 */
import { OutpostError } from '../../base/errors.ts'
import type { ServingConfig } from '../../contract/processes.ts'

type TracesConfig = NonNullable<ServingConfig['traces']>

export function tracesEndpoint(environment: NodeJS.ProcessEnv, given: string | null): TracesConfig | null {
  if (environment.OTEL_SDK_DISABLED === 'true' || environment.OTEL_TRACES_EXPORTER === 'none') return null
  const whole = given === null ? environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT : undefined
  const base = given ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT
  const url = whole || (base ? `${base.replace(/\/+$/, '')}/v1/traces` : '')
  if (url === '') return null
  if (!/^https?:$/.test(protocolOf(url))) {
    throw new OutpostError('CLI_USAGE', `"${url}" is no address that traces can be sent to.`, {
      hint: 'Write http://HOST:4318, the OTLP/HTTP port of a collector.',
    })
  }
  return { url, ratio: ratioOf(environment), serviceName: environment.OTEL_SERVICE_NAME || 'outpost' }
}

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '')

/** Of the requests that no client has decided about. */
function ratioOf({ OTEL_TRACES_SAMPLER: sampler = '', OTEL_TRACES_SAMPLER_ARG: ratio }: NodeJS.ProcessEnv) {
  if (sampler.endsWith('always_off')) return 0
  const share = Number(ratio)
  return sampler.endsWith('traceidratio') && ratio && share >= 0 && share <= 1 ? share : 1
}
