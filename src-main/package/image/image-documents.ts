/** The documents of an image of a version: OCI configuration, manifest and index, and the Dockerfile of the same. */
import { imageUser, type Layer } from './layer.ts'

export type Architecture = 'amd64' | 'arm64'

export interface ImageFacts {
  model: string
  version: string
  /** Of the package's manifest. */
  digest: string
  /** Of the publisher's key. */
  fingerprint: string
  license: string
  architecture: Architecture
}

export const imagePaths = {
  node: 'usr/local/bin/node',
  app: 'opt/outpost',
  model: 'opt/outpost/model.outpost',
  data: 'var/lib/outpost',
} as const

const port = 8080
const grpcPort = 8081
const entrypoint = [`/${imagePaths.node}`, `/${imagePaths.app}/out/main/headless.js`]
const command = (fingerprint: string): string[] => [
  ...['--package', `/${imagePaths.model}`, '--trust', fingerprint, '--data', `/${imagePaths.data}`],
  // The UI stays inside; what is in front of the container ends TLS and knows its names.
  ...['--serving-host', '0.0.0.0', '--behind-proxy', '--public-host', '*', '--no-samples'],
]
const environment = (facts: ImageFacts): Record<string, string> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  MODEL_VERSION: facts.version,
  PORT: String(port),
  OUTPOST_DATA: `/${imagePaths.data}`,
})
const labels = (facts: ImageFacts): Record<string, string> => ({
  'org.opencontainers.image.title': facts.model,
  'org.opencontainers.image.version': facts.version,
  'org.opencontainers.image.licenses': facts.license,
  'org.opencontainers.image.description': `${facts.model}@${facts.version}, served by Outpost`,
  'dev.outpost.package.digest': facts.digest,
})
const probe = `fetch("http://127.0.0.1:"+(process.env.PORT||${port})+"/v2/health/ready").then((a)=>process.exit(a.ok?0:1),()=>process.exit(1))`

export const imageConfig = (facts: ImageFacts, diffIds: readonly string[]) => ({
  created: new Date(0).toISOString(),
  architecture: facts.architecture,
  os: 'linux',
  config: {
    User: `${imageUser}:${imageUser}`,
    ExposedPorts: { [`${port}/tcp`]: {}, [`${grpcPort}/tcp`]: {} },
    Env: Object.entries(environment(facts)).map(([name, value]) => `${name}=${value}`),
    Entrypoint: entrypoint,
    Cmd: command(facts.fingerprint),
    WorkingDir: `/${imagePaths.app}`,
    Labels: labels(facts),
    StopSignal: 'SIGTERM',
  },
  rootfs: { type: 'layers', diff_ids: diffIds },
})

export interface Descriptor {
  mediaType: string
  digest: string
  size: number
}

export const layerDescriptor = ({ digest, size }: Layer): Descriptor => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest,
  size,
})

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
export const imageManifest = (config: Omit<Descriptor, 'mediaType'>, layers: readonly Descriptor[]) => ({
  schemaVersion: 2,
  mediaType: manifestType,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
  layers,
})

export const imageIndex = (facts: ImageFacts, manifest: Omit<Descriptor, 'mediaType'>) => ({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [
    {
      mediaType: manifestType,
      ...manifest,
      platform: { os: 'linux', architecture: facts.architecture },
      annotations: { 'org.opencontainers.image.ref.name': facts.version.replace('+', '_') },
    },
  ],
})

/** `layers` are blobs of the layout, which is the build's context; a tar that is added is unpacked. */
export const dockerfile = (facts: ImageFacts, base: string, layers: readonly Layer[]): string =>
  [
    `FROM ${base}`,
    ...layers.map(({ digest }) => `ADD blobs/sha256/${digest.slice('sha256:'.length)} /`),
    ...Object.entries(environment(facts)).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
    ...Object.entries(labels(facts)).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`),
    `WORKDIR /${imagePaths.app}`,
    `USER ${imageUser}:${imageUser}`,
    `EXPOSE ${port} ${grpcPort}`,
    `HEALTHCHECK --start-period=60s CMD ${JSON.stringify([`/${imagePaths.node}`, '-e', probe])}`,
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
    `CMD ${JSON.stringify(command(facts.fingerprint))}`,
    '',
  ].join('\n')
