/** Graphics cards: what can be used here, and the libraries that NVIDIA's need. */
import { join } from 'node:path'
import { bytesText } from '../base/quantities.ts'
import type { AddCommand } from './add-command.ts'
import { refuseUrl } from './context.ts'
import { table } from './terminal.ts'

export function addGpuCommands(add: AddCommand): void {
  add(
    'gpu status',
    'Try each device by a run, and list the libraries that are installed',
    'outpost gpu status',
  ).run(async (context) => {
    refuseUrl(context, 'gpu status')
    const { gpuStatus } = await import('../flows/upkeep/gpu.ts')
    const status = await gpuStatus()
    const devices = status.devices.map(({ executionProvider, works, reason }) => [
      works ? '✓' : '✗',
      executionProvider,
      works ? 'works' : reason,
    ])
    const libraries = status.libraries.map(({ name, bytes }) => `${name} (${bytesText(bytes)})`)
    const installed = libraries.length > 0 ? libraries.join(', ') : 'none; outpost gpu install fetches them'
    context.terminal.result(
      status,
      `${table(['', 'Device', ''], devices)}\nCUDA libraries beside ONNX Runtime ${status.runtime}: ${installed}`,
    )
  })

  add(
    'gpu install',
    'Fetch the CUDA libraries of ONNX Runtime, or take them from an archive',
    'outpost gpu install --from microsoft.ml.onnxruntime.gpu.linux.1.30.0.nupkg',
    (command) => command.option('--from <archive>', 'the NuGet package, fetched elsewhere'),
  ).run(async (context, { from }: { from?: string }) => {
    refuseUrl(context, 'gpu install')
    const { gpuStatus, installGpu } = await import('../flows/upkeep/gpu.ts')
    const progress = context.terminal.progress('Fetching')
    const downloads = join(context.options.data, 'temporary')
    const libraries = await installGpu({
      from,
      downloads,
      onProgress: (done, of) => progress.update(of > 0 ? done / of : 0),
    }).finally(() => progress.end())
    const cuda = (await gpuStatus()).devices.find(({ executionProvider }) => executionProvider === 'cuda')
    const outcome = cuda?.works
      ? 'CUDA works; deployments with the device auto or cuda use it from their next load.'
      : `CUDA does not work yet: ${cuda?.reason ?? 'it was not tried'}. It needs NVIDIA's driver, CUDA 12 and cuDNN 9.`
    context.terminal.result({ libraries, cuda }, `Installed ${libraries.join(', ')}.\n${outcome}`)
  })
}
