/** The manifests for Kubernetes, held to the shapes of its API and of KServe's resources: no field but known ones. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  clusterName,
  inferenceService,
  plainManifests,
  servingRuntime,
} from '../../../src-main/package/image/kubernetes.ts'

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
const labels = z.record(z.string(), z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/))
const metadata = z.strictObject({ name, namespace: name.optional(), labels })
const quantity = z.string().regex(/^\d+(m|Mi)$/)
const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.enum(['/v2/health/ready', '/v2/health/live']), port: z.literal(8080) }),
  periodSeconds: z.int().min(1),
  failureThreshold: z.int().min(1),
})
const secretKeyRef = z.strictObject({ name, key: z.string() })
const container = z.strictObject({
  name,
  image: z.string(),
  env: z.array(
    z.union([
      z.strictObject({ name: z.string(), value: z.string() }),
      z.strictObject({ name: z.string(), valueFrom: z.strictObject({ secretKeyRef }) }),
    ]),
  ),
  ports: z.array(
    z.strictObject({
      name,
      containerPort: z.union([z.literal(8080), z.literal(8081)]),
      protocol: z.literal('TCP'),
    }),
  ),
  startupProbe: probe,
  readinessProbe: probe,
  livenessProbe: probe,
  resources: z.strictObject({
    requests: z.strictObject({ cpu: quantity, memory: quantity }),
    limits: z.strictObject({ memory: quantity }),
  }),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().min(1),
    allowPrivilegeEscalation: z.literal(false),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
})
const runtime = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1alpha1'),
  kind: z.enum(['ServingRuntime', 'ClusterServingRuntime']),
  metadata,
  spec: z.strictObject({
    supportedModelFormats: z.array(
      z.strictObject({ name: z.string(), version: z.string(), autoSelect: z.boolean() }),
    ),
    protocolVersions: z.array(z.enum(['v1', 'v2', 'grpc-v1', 'grpc-v2'])),
    containers: z.tuple([container.extend({ name: z.literal('kserve-container') })]),
  }),
})
const service = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1beta1'),
  kind: z.literal('InferenceService'),
  metadata,
  spec: z.strictObject({
    predictor: z.strictObject({
      canaryTrafficPercent: z.int().min(0).max(100).optional(),
      minReplicas: z.int(),
      model: z.strictObject({
        modelFormat: z.strictObject({ name: z.string() }),
        runtime: name,
        protocolVersion: z.literal('v2'),
        storageUri: z.string().optional(),
      }),
    }),
  }),
})
const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    selector: z.strictObject({ matchLabels: labels }),
    template: z.strictObject({
      metadata: z.strictObject({ labels }),
      spec: z.strictObject({ containers: z.tuple([container]) }),
    }),
  }),
})

const clusterService = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    selector: labels,
    ports: z.array(
      z.strictObject({ name, port: z.int(), targetPort: name, appProtocol: z.string().optional() }),
    ),
  }),
})

const options = {
  model: 'acme.digits_big',
  version: '1.2.0+data.7',
  namespace: 'models',
  image: 'registry.example/digits:1.2.0',
  storage: null,
  memoryBytes: 700 * 2 ** 20 + 1,
  canaryPercent: 10,
  keySecret: 'outpost-key',
}

test('the runtime and the service of KServe have its fields and no others', () => {
  const made = runtime.parse(servingRuntime(options, false))
  expect(runtime.parse(servingRuntime(options, true)).metadata.namespace).toBeUndefined()
  const { predictor } = service.parse(inferenceService(options)).spec
  expect(predictor.model.runtime).toBe(made.metadata.name)
  expect(predictor.canaryTrafficPercent).toBe(10)
  expect(made.spec.containers[0].ports).toHaveLength(1) // all that Knative takes
  expect(
    service.parse(inferenceService({ ...options, storage: 'oci://r/m' })).spec.predictor.model,
  ).toHaveProperty('storageUri')
})

test('the plain Deployment selects its own pods and names the version', () => {
  const [first] = plainManifests(options)
  const { selector, template } = deployment.parse(first).spec
  expect(template.metadata.labels).toMatchObject(selector.matchLabels)
  const [{ env, resources, ports }] = template.spec.containers
  expect(ports.map(({ containerPort }) => containerPort)).toEqual([8080, 8081])
  expect(env).toContainEqual({ name: 'MODEL_VERSION', value: '1.2.0+data.7' })
  expect(resources.requests.memory).toBe('701Mi')
})

test('the Service reaches the ports of the container by their names, gRPC among them', () => {
  const [first, second] = plainManifests(options)
  const [{ ports }] = deployment.parse(first).spec.template.spec.containers
  const { spec } = clusterService.parse(second)
  expect(spec.ports.map(({ targetPort }) => targetPort)).toEqual(ports.map(({ name: named }) => named))
  expect(spec.ports.map(({ port }) => port)).toEqual([8080, 8081])
})

test('a model id becomes a name that a cluster takes', () => {
  expect(clusterName('acme.digits_big')).toBe('acme-digits-big')
})
