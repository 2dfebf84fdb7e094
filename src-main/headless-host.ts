/**
 * The node without a window: reads the command line, starts one node, prints where it is and how to get in, and stops
 * it on Ctrl+C. `npm start`, the container and `outpost serve` all end here.
 */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { parseArgs } from 'node:util'
import { forkChildren } from './base/child.ts'
import { defaultDataDirectory } from './base/data-location.ts'
import { OutpostError } from './base/errors.ts'
import { refuseOldNode } from './base/node-version.ts'
import type { ProgramPlace } from './base/program-place.ts'
import { servePackage } from './flows/serve/serve-package.ts'
import { createNode, type Node, type NodeConfig } from './node.ts'

const logLevels = ['debug', 'info', 'warn', 'error']

const headlessUsage = `Runs the node without a window.

  --data DIR           where it keeps everything (OUTPOST_DATA)
  --host ADDRESS       address of the UI and of serving, 127.0.0.1 unless told otherwise
  --port N             port of the UI and the API, 7070 or a free one
  --serving-port N     port of the inference API, 8080 or a free one
  --grpc-port N        port of the same over gRPC, 8081 or a free one; off for none
  --cert F --key F     TLS for both, PEM files; needed for an address that others can reach …
  --behind-proxy       … unless a proxy in front ends TLS
  --public-host NAME   a host name it is reached under; may be given again; * for any at the inference API
  --serving-host ADDR  address of serving where it is another one than that of the UI
  --package FILE       install and deploy this package at the start; serving's port is PORT unless told otherwise
  --trust FINGERPRINT  the publisher key that --package may be signed with
  --requests-per-address N  requests that one address may send to serving in a minute; no limit unless told
  --model-memory BYTES memory that loaded models may take, as in 8e9; half of the machine's unless told
  --no-samples         do not install the sample models at the first start
  --otel-endpoint URL  send traces to this OTLP/HTTP collector (OTEL_EXPORTER_OTLP_ENDPOINT)
  --log-level LEVEL    debug, info, warn or error

OUTPOST_API_KEY, or the file that OUTPOST_API_KEY_FILE names, is a key that may infer while this process runs.
OUTPOST_LICENSE, or the file that OUTPOST_LICENSE_FILE names, is the license of the version that --package carries.

Example: outpost serve --data /srv/outpost --port 7070
`

interface HeadlessOptions {
  config: Omit<NodeConfig, 'startChild'>
  carried: { path: string; trust: string | undefined } | null
}

function readOptions(
  args: string[],
  place: Pick<ProgramPlace, 'rendererDirectory' | 'samplesDirectory' | 'version'>,
): HeadlessOptions {
  const { values } = parse(args)
  const port = (name: 'port' | 'serving-port' | 'grpc-port', otherwise: number) => {
    const given = name === 'serving-port' && values.package !== undefined ? process.env.PORT : undefined
    const text = values[name] ?? given
    const number = text === undefined ? otherwise : Number(text)
    if (!Number.isInteger(number) || number < 0 || number > 65_535)
      throw usageError(`--${name} takes a number from 0 to 65535.`)
    return { port: number, portFixed: text !== undefined && number !== 0 }
  }
  const level = values['log-level'] ?? 'info'
  if (!logLevels.includes(level)) throw usageError(`--log-level is one of ${logLevels.join(', ')}.`)
  const tls = readCertificate(values.cert, values.key)
  const host = values.host ?? '127.0.0.1'
  return {
    config: {
      rendererDirectory: place.rendererDirectory,
      samplesDirectory: place.samplesDirectory,
      version: place.version,
      dataDirectory: values.data ?? defaultDataDirectory(),
      host: 'headless',
      listen: { host, tls, behindProxy: values['behind-proxy'] ?? false, ...port('port', 7070) },
      serving: {
        host: values['serving-host'] ?? host,
        tls,
        ...port('serving-port', 8080),
        grpc: values['grpc-port'] === 'off' ? null : port('grpc-port', 8081),
        addressRequestsPerMinute: wholeNumber('requests-per-address', values['requests-per-address']),
        modelBytesMax: wholeNumber('model-memory', values['model-memory']),
      },
      hostsAllowed: (values['public-host'] ?? []).map((name) => name.toLowerCase()),
      firstRunSamples: !values['no-samples'],
      temporaryKey: true,
      givenKey: readGivenKey(process.env),
      secrets: null,
      otelEndpoint: values['otel-endpoint'] ?? null,
      logLevel: level,
    },
    carried: values.package === undefined ? null : { path: values.package, trust: values.trust },
  }
}

function wholeNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw usageError(`--${name} takes a whole number above 0.`)
}

const givenKeyCharsMin = 24

function readGivenKey(environment: NodeJS.ProcessEnv): string | null {
  const { OUTPOST_API_KEY: text, OUTPOST_API_KEY_FILE: path } = environment
  if (!text && !path) return null
  const key = (text || readNamed('OUTPOST_API_KEY_FILE', path)).trim()
  if (key.length >= givenKeyCharsMin) return key
  throw usageError(`OUTPOST_API_KEY has at least ${givenKeyCharsMin} characters.`)
}

function readNamed(variable: string, path = ''): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new OutpostError('CLI_USAGE', `${variable} names ${path}, which cannot be read.`, {
      hint: (cause as Error).message,
      cause,
    })
  }
}

/** Signed documents, parted by white space. */
function readLicenses({ OUTPOST_LICENSE: text, OUTPOST_LICENSE_FILE: path }: NodeJS.ProcessEnv): string[] {
  const documents = text || (path ? readNamed('OUTPOST_LICENSE_FILE', path) : '')
  return documents.split(/\s+/).filter((document) => document !== '')
}

function readCertificate(certPath: string | undefined, keyPath: string | undefined) {
  if (certPath === undefined && keyPath === undefined) return null
  if (certPath === undefined || keyPath === undefined) throw usageError('--cert and --key go together.')
  try {
    const tls = { cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') }
    createSecureContext(tls)
    return tls
  } catch (cause) {
    const text = `--cert and --key cannot be used: ${(cause as Error).message}.`
    throw new OutpostError('CLI_USAGE', text, {
      hint: 'Both are PEM files, and they belong together.',
      cause,
    })
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      strict: true,
      options: {
        data: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        'serving-port': { type: 'string' },
        'grpc-port': { type: 'string' },
        cert: { type: 'string' },
        key: { type: 'string' },
        'behind-proxy': { type: 'boolean' },
        'serving-host': { type: 'string' },
        package: { type: 'string' },
        trust: { type: 'string' },
        'public-host': { type: 'string', multiple: true },
        'requests-per-address': { type: 'string' },
        'model-memory': { type: 'string' },
        'no-samples': { type: 'boolean' },
        'otel-endpoint': { type: 'string' },
        'log-level': { type: 'string' },
      },
    })
  } catch (error) {
    throw usageError((error as Error).message)
  }
}

const usageError = (message: string) => new OutpostError('CLI_USAGE', message, { hint: headlessUsage })

/** Runs until a signal or until the parent that started it goes away; resolves with the exit code. */
export async function runHeadless(args: string[], place: ProgramPlace): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(headlessUsage)
    return 0
  }
  refuseOldNode()
  const { config, carried } = readOptions(args, place)
  const asked = askedToStop()
  const node = await createNode({ ...config, startChild: forkChildren(place.directory, place.extension) })
  try {
    await node.start()
    announce(node, config)
    if (carried) {
      const licenses = readLicenses(process.env)
      const { model, version } = await servePackage(node.context, { ...carried, licenses })
      process.stdout.write(`  Model     ${model}@${version}\n`)
    }
    node.sampleCall().then(
      (lines) => lines && process.stdout.write(`\n${lines}\n`),
      (error: unknown) => node.context.log.warn({ err: error }, 'no sample call could be made up'),
    )
    await asked
    process.stdout.write('\nStopping …\n')
  } finally {
    await node.stop()
  }
  return 0
}

function announce(node: Node, config: HeadlessOptions['config']): void {
  const { controlUrl, servingUrl, grpcAddress, loginLink } = node.addresses()
  const moved = (url: string | null, wanted: number | undefined): string =>
    url && wanted && !url.endsWith(`:${wanted}`) ? `  (port ${wanted} is taken)` : ''
  process.stdout.write(
    [
      `Outpost ${node.version}`,
      `  UI        ${controlUrl}${moved(controlUrl, config.listen?.port)}`,
      `  Log in    ${loginLink}`,
      `  Serving   ${servingUrl}${moved(servingUrl, config.serving?.port)}`,
      ...(grpcAddress ? [`  gRPC      ${grpcAddress}${moved(grpcAddress, config.serving?.grpc?.port)}`] : []),
      `  Data      ${config.dataDirectory}`,
      '',
    ].join('\n'),
  )
}

/** The first signal asks; a second one while it stops ends the process at once. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130)
        asked = true
        resolve()
      })
    }
  })
}

/** One line a person can act on, whatever was thrown. */
export function reportFailure(error: unknown): number {
  if (error instanceof OutpostError) {
    process.stderr.write(`${error.code}: ${error.message}${error.hint ? `\n${error.hint}` : ''}\n`)
    return error.code === 'CLI_USAGE' ? 2 : 1
  }
  process.stderr.write(`INTERNAL: ${(error as Error).stack ?? String(error)}\n`)
  return 1
}
