/**
 * Which device a model runs on. ONNX Runtime does not fall back by itself when a provider's library is missing or
 * no device is there: it throws. Each wanted provider is tried alone, and the reason it failed is kept and shown.
 */
import type { InferenceSession } from 'onnxruntime-node'
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

/** A place in the C++ source, and the condition that did not hold there: they tell a reader nothing. */
const sourcePlace =
  /\/onnxruntime_src\/\S+ (?:[\w:~* ]+\([^)]*\)(?:::<lambda\(\)>)? )?(?:\S+ [=!<>]+ \S+ was false\. )?/g

/** ONNX Runtime's errors are text alone, at times with a stack behind. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .split('\n', 1)[0]
    ?.replace(sourcePlace, '')
    .slice(0, 500) ?? ''
