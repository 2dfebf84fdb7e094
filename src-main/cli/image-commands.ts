/** Versions for containers and clusters: image, kserve. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Option } from 'commander'
import type { AddCommand } from './add-command.ts'
import type { CliContext } from './context.ts'
import { requireVersion } from './names.ts'

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
  const folder = await mkdtemp(join(tmpdir(), 'outpost-image-'))
  const progress = context.terminal.progress('Writing')
  try {
    const packagePath = join(folder, 'model.outpost')
    await context.withNode((node) =>
      node.download(`/api/packages/${model}/${encodeURIComponent(version)}`, packagePath, (done) =>
        progress.update(done / 2),
      ),
    )
    const { output, base, baseLayout, platform } = options
    const made = await exportImage({
      packagePath,
      output,
      programDirectory: context.host.programDirectory,
      architecture: platform === 'linux/arm64' ? 'arm64' : 'amd64',
      base,
      baseLayout,
    })
    context.terminal.result({ output, ...made }, `${output}  ${made.layers} layers\n${made.digest}`)
  } finally {
    progress.end()
    await rm(folder, { recursive: true, force: true })
  }
}
