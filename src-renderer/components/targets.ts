/** What a model can be meant to run on, as people call it. */
import type { PackageDescriptor } from '../../src-main/contract/package.ts'

type Target = PackageDescriptor['deploymentTargets'][number]

export const targetWords: Record<Target, string> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  directml: 'DirectML',
  coreml: 'Core ML',
}

/** What an answer was computed on, as the node tells it; a name that is not known here stands as it is. */
export const deviceWords = (name: string): string =>
  new Map<string, string>([...Object.entries(targetWords), ['auto', 'Automatic']]).get(name) ??
  name.replace(/^remote:/, 'remote engine ')
