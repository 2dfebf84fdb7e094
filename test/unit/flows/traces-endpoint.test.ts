/** Where traces go, by the environment and the command line. */
import { expect, test } from 'vitest'
import { tracesEndpoint } from '../../../src-main/flows/serve/traces-endpoint.ts'

const plain = { ratio: 1, serviceName: 'outpost' }

test('nothing is traced unless an endpoint is set', () => {
  expect(tracesEndpoint({}, null)).toBeNull()
  expect(
    tracesEndpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'true' }, null),
  ).toBeNull()
  expect(tracesEndpoint({ OTEL_TRACES_EXPORTER: 'none' }, 'http://c')).toBeNull()
})

test('the base address gets the path of traces, the whole one stays, and the command line goes first', () => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }
  expect(tracesEndpoint(base, null)).toEqual({ ...plain, url: 'http://c:4318/v1/traces' })
  const whole = { ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:4318/in' }
  expect(tracesEndpoint(whole, null)).toEqual({ ...plain, url: 'http://t:4318/in' })
  expect(tracesEndpoint(whole, 'http://given:1')).toEqual({ ...plain, url: 'http://given:1/v1/traces' })
})

test('the share and the name of the service are read, and what is no address is refused', () => {
  const sampled = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }
  expect(tracesEndpoint({ ...sampled, OTEL_SERVICE_NAME: 'eu' }, 'http://c')).toMatchObject({
    ratio: 0.25,
    serviceName: 'eu',
  })
  expect(() => tracesEndpoint({}, 'collector:4318')).toThrow(/no address/)
})
