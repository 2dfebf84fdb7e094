/** The manifests that run an image of a version on Kubernetes: by KServe, or by a Deployment of the cluster's own. */

export interface ClusterOptions {
  model: string
  version: string
  namespace: string
  /** The image that `outpost image` wrote, where the cluster finds it. */
  image: string
  /** What KServe fetches instead of the package in the image; null where the image is all there is. */
  storage: string | null
  memoryBytes: number
  /** Percent of the requests for the newest revision; null for all of them at once. */
  canaryPercent: number | null
  keySecret: string
}

const port = 8080
const grpcPort = 8081
/** A name of RFC 1123: at most 63 of a-z, 0-9 and the hyphen. */
export const clusterName = (model: string): string =>
  model
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replaceAll(/^-+|-+$/g, '')

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)}Mi`
const labels = ({ model, version }: ClusterOptions) => ({
  'app.kubernetes.io/name': clusterName(model),
  'app.kubernetes.io/version': version.replaceAll('+', '_').slice(0, 63),
})
const metadata = (options: ClusterOptions) => ({
  name: clusterName(options.model),
  namespace: options.namespace,
  labels: labels(options),
})

const probe = (path: string, failureThreshold: number) => ({
  httpGet: { path, port },
  periodSeconds: 10,
  failureThreshold,
})

const container = (options: ClusterOptions, name: string) => ({
  name,
  image: options.image,
  env: [
    { name: 'MODEL_VERSION', value: options.version },
    { name: 'PORT', value: String(port) },
    {
      name: 'OUTPOST_API_KEY',
      valueFrom: { secretKeyRef: { name: options.keySecret, key: 'key' } },
    },
  ],
  ports: [{ name: 'http1', containerPort: port, protocol: 'TCP' }],
  startupProbe: probe('/v2/health/ready', 30),
  readinessProbe: probe('/v2/health/ready', 3),
  livenessProbe: probe('/v2/health/live', 3),
  resources: {
    requests: { cpu: '500m', memory: mebibytes(options.memoryBytes) },
    limits: { memory: mebibytes(options.memoryBytes * 2) },
  },
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 10001,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  },
})

const withGrpc = (made: ReturnType<typeof container>) => ({
  ...made,
  ports: [...made.ports, { name: 'grpc', containerPort: grpcPort, protocol: 'TCP' }],
})

export function servingRuntime(options: ClusterOptions, forCluster: boolean) {
  const { namespace, ...named } = metadata(options)
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: forCluster ? 'ClusterServingRuntime' : 'ServingRuntime',
    metadata: forCluster ? named : { ...named, namespace },
    spec: {
      supportedModelFormats: [{ name: 'onnx', version: '1', autoSelect: false }],
      protocolVersions: ['v2'], // one port a container is all that Knative takes: that of REST
      containers: [container(options, 'kserve-container')],
    },
  }
}

export const inferenceService = (options: ClusterOptions) => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: metadata(options),
  spec: {
    predictor: {
      ...(options.canaryPercent === null ? {} : { canaryTrafficPercent: options.canaryPercent }),
      minReplicas: 1,
      model: {
        modelFormat: { name: 'onnx' },
        runtime: clusterName(options.model),
        protocolVersion: 'v2',
        ...(options.storage === null ? {} : { storageUri: options.storage }),
      },
    },
  },
})

export function plainManifests(options: ClusterOptions): object[] {
  const name = clusterName(options.model)
  const matchLabels = { 'app.kubernetes.io/name': name }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(options),
      spec: {
        selector: { matchLabels },
        template: {
          metadata: { labels: labels(options) },
          spec: { containers: [withGrpc(container(options, 'outpost'))] },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(options),
      spec: {
        selector: matchLabels,
        ports: [
          { name: 'http', port, targetPort: 'http1' },
          // What stands in front must speak HTTP/2 to it, which it cannot tell by itself where there is no TLS.
          { name: 'grpc', port: grpcPort, targetPort: 'grpc', appProtocol: 'kubernetes.io/h2c' },
        ],
      },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadata(options),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
      },
    },
  ]
}
