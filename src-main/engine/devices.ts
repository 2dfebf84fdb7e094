/**
 * Which device a model runs on. ONNX Runtime does not fall back by itself when a provider's library is missing or
 * no device is there: it throws. Each wanted provider is tried alone, and the reason it failed is kept and shown.
 */

import { readFileSync } from 'node:fs'
import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { DeviceProbe } from '../contract/views.ts'
import type { ExecutionProvider } from './engine.ts'

type Concrete = Exclude<ExecutionProvider, 'auto'>

/** The names that onnxruntime-node gives the providers. */
const runtimeName: Record<Concrete, string> = {
  cpu: 'cpu',
  cuda: 'cuda',
  webgpu: 'webgpu',
  directml: 'dml',
  coreml: 'coreml',
}

/**
 * What `auto` tries before the CPU: only providers whose libraries the package brings for this platform, or that
 * were added on request. WebGPU is not among them: for small models the way to the device costs more than it saves.
 */
export function candidates(wanted: ExecutionProvider, bundled: readonly string[]): Concrete[] {
  if (wanted === 'cpu') return ['cpu']
  if (wanted !== 'auto') return [wanted, 'cpu']
  const automatic = (['cuda', 'directml', 'coreml'] as const).filter((name) =>
    bundled.includes(runtimeName[name]),
  )
  return [...automatic, 'cpu']
}

export interface OnDevice {
  session: InferenceSession
  used: Concrete
  /** Why a wanted provider was not used; null where the first choice worked. */
  reason: string | null
}

/** Tries each candidate; the last one is the CPU, whose error is the model's own and is thrown. */
export async function createOnDevice(
  wanted: readonly Concrete[],
  create: (provider: string) => Promise<InferenceSession>,
): Promise<OnDevice> {
  const reasons: string[] = []
  for (const provider of wanted.slice(0, -1)) {
    try {
      return {
        session: await create(runtimeName[provider]),
        used: provider,
        reason: reasons.join('; ') || null,
      }
    } catch (error) {
      reasons.push(`${provider}: ${firstLine(error)}`)
    }
  }
  const last = wanted.at(-1) ?? 'cpu'
  return { session: await create(runtimeName[last]), used: last, reason: reasons.join('; ') || null }
}

/** `y = Identity(x)` over FLOAT[1], written out as an ONNX file (opset 13): small enough for any device. */
const identity = Uint8Array.from([
  0x08, 0x08, 0x3a, 0x37, 0x0a, 0x10, 0x0a, 0x01, 0x78, 0x12, 0x01, 0x79, 0x22, 0x08, 0x49, 0x64, 0x65, 0x6e,
  0x74, 0x69, 0x74, 0x79, 0x12, 0x01, 0x67, 0x5a, 0x0f, 0x0a, 0x01, 0x78, 0x12, 0x0a, 0x0a, 0x08, 0x08, 0x01,
  0x12, 0x04, 0x0a, 0x02, 0x08, 0x01, 0x62, 0x0f, 0x0a, 0x01, 0x79, 0x12, 0x0a, 0x0a, 0x08, 0x08, 0x01, 0x12,
  0x04, 0x0a, 0x02, 0x08, 0x01, 0x42, 0x04, 0x0a, 0x00, 0x10, 0x0d,
])

/** A session can be made where nothing can be run, so each device runs a graph and its answer is looked at. */
export async function probeDevices(
  create: (model: Uint8Array, provider: string) => Promise<InferenceSession>,
): Promise<DeviceProbe[]> {
  const probes: DeviceProbe[] = []
  for (const executionProvider of Object.keys(runtimeName) as Concrete[]) {
    const reason = isWithoutVulkan(executionProvider)
      ? 'libvulkan.so.1 is not installed.'
      : await failureOn(create, runtimeName[executionProvider])
    probes.push({ executionProvider, works: reason === '', reason })
  }
  return probes
}

/** On Linux WebGPU needs it, and the runtime would write its absence into the terminal. */
function isWithoutVulkan(provider: Concrete): boolean {
  if (provider !== 'webgpu' || process.platform !== 'linux') return false
  try {
    return !readFileSync('/etc/ld.so.cache', 'latin1').includes('libvulkan.so.1')
  } catch {
    return false // another C library keeps no such list: a run will tell
  }
}

/** Empty where a run there gave the right answer. */
async function failureOn(
  create: (model: Uint8Array, provider: string) => Promise<InferenceSession>,
  provider: string,
): Promise<string> {
  try {
    const session = await create(identity, provider)
    try {
      const { y } = await session.run({ x: new OrtTensor('float32', Float32Array.of(1.5), [1]) })
      return (y?.data as Float32Array | undefined)?.[0] === 1.5 ? '' : 'It gave a wrong answer.'
    } finally {
      await session.release()
    }
  } catch (error) {
    return firstLine(error) || 'It cannot be used here.'
  }
}

/** A place in the C++ source, and the condition that did not hold there: they tell a reader nothing. */
const sourcePlace =
  /\/onnxruntime_src\/\S+ (?:[\w:~* ]+\([^)]*\)(?:::<lambda\(\)>)? )?(?:\S+ [=!<>]+ \S+ was false\. )?/g

/** ONNX Runtime's errors are text alone, at times with a stack behind. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .split('\n', 1)[0]
    ?.replace(sourcePlace, '')
    .slice(0, 500) ?? ''
