/** Versions for containers and clusters: image, kserve. */
import { Option } from 'commander'
import { counted } from '../base/quantities.ts'
import type { AddCommand } from './add-command.ts'
import type { CliContext } from './context.ts'
import { requireVersion, wholeNumber } from './names.ts'

export function addImageCommands(add: AddCommand): void {
  add(
    'image <model@version>',
    'Write a version as a container image (OCI layout) with its Dockerfile',
    'outpost image acme.digits@1.2.0 -o digits-image',
    (command) =>
      command
        .requiredOption('-o, --output <dir>', 'the folder to write; it must not be there')
        .option(
          '--base <image>',
          'what the Dockerfile builds on, with glibc and libstdc++; nothing otherwise',
        )
        .option('--base-layout <dir>', 'put it on top of this OCI layout of a base image with glibc')
        .addOption(
          new Option('--platform <platform>', 'the platform it is for')
            .choices(['linux/amd64', 'linux/arm64'])
            .default(process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64'),
        ),
  ).run(imageCommand)

  add(
    'kserve <model@version>',
    'Write the manifests that run the image of a version on Kubernetes',
    'outpost kserve acme.digits@1.2.0 --image registry.example/digits:1.2.0 -o digits.yaml',
    (command) =>
      command
        .requiredOption('-o, --output <file>', 'the YAML file to write')
        .option('--image <reference>', 'where the cluster finds the image; MODEL:VERSION otherwise')
        .option('--storage <uri>', 'oci://… or another address that KServe fetches the model from')
        .option('--namespace <name>', 'the namespace of the cluster', 'default')
        .option('--key-secret <name>', 'the Secret whose "key" callers infer with', 'outpost-key')
        .option('--canary <percent>', 'the share of the newest revision', wholeNumber(0, 100))
        .option('--runtime-only', 'the ServingRuntime alone')
        .option('--cluster-runtime', 'a runtime for all namespaces')
        .option('--plain', 'Deployment, Service and HorizontalPodAutoscaler, for a cluster without KServe'),
  ).run(kserveCommand)
}

interface ImageOptions {
  output: string
  base?: string
  baseLayout?: string
  platform: string
}

async function imageCommand(context: CliContext, reference: string, options: ImageOptions): Promise<void> {
  const { model, version } = requireVersion(reference)
  const { exportImage } = await import('../flows/packages/export-image.ts')
  const progress = context.terminal.progress('Writing')
  const { output, base, baseLayout, platform } = options
  const made = await exportImage({
    fetchPackage: (path) =>
      context.withNode((node) =>
        node.download(`/api/packages/${model}/${encodeURIComponent(version)}`, path, (done) =>
          progress.update(done / 2),
        ),
      ),
    output,
    programDirectory: context.host.programDirectory,
    architecture: platform === 'linux/arm64' ? 'arm64' : 'amd64',
    base,
    baseLayout,
  }).finally(() => progress.end())
  context.terminal.result({ output, ...made }, `${output}  ${counted(made.layers, 'layer')}\n${made.digest}`)
}

interface KserveOptions {
  output: string
  namespace: string
  image?: string
  storage?: string
  keySecret: string
  canary?: number
  runtimeOnly?: boolean
  clusterRuntime?: boolean
  plain?: boolean
}

async function kserveCommand(context: CliContext, reference: string, options: KserveOptions): Promise<void> {
  const { model, version } = requireVersion(reference)
  const { memoryWanted, writeClusterManifests } = await import('../flows/packages/cluster-manifests.ts')
  const { found, loaded } = await context.withNode(async (node) => ({
    found: await node.client.models.version({ model, version }),
    loaded: await node.client.deployments.list(),
  }))
  const measured = loaded.find((row) => row.model === model && row.version === found.version)?.bytesLoaded
  const { output, namespace, storage = null, keySecret } = options
  const cluster = {
    model,
    version: found.version,
    namespace,
    image: options.image ?? `${model}:${found.version.replace('+', '_')}`,
    storage,
    memoryBytes: memoryWanted(found.bytes, measured),
    canaryPercent: options.canary ?? null,
    keySecret,
  }
  const documents = await writeClusterManifests(output, cluster, {
    plain: options.plain ?? false,
    runtimeOnly: options.runtimeOnly ?? false,
    clusterRuntime: options.clusterRuntime ?? false,
  })
  context.terminal.result({ output, documents }, `${output}  ${counted(documents.length, 'manifest')}`)
}
