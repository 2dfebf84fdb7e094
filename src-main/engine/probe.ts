/**
 * Whether ONNX Runtime's library loads on this machine and computes. For a command that looks at the machine and
 * ends: the library is loaded by the call, into the process that asks.
 */
import { runtimeWithoutTelemetry } from '../base/child.ts'
import type { DeviceProbe } from '../contract/views.ts'

interface RuntimeProbe {
  works: boolean
  message: string
}

export async function probeRuntime(): Promise<RuntimeProbe> {
  Object.assign(process.env, runtimeWithoutTelemetry)
  try {
    const [{ env, InferenceSession }, { halfInputOf }] = await Promise.all([
      import('onnxruntime-node'),
      import('./ort-tensors.ts'),
    ])
    env.logLevel = 'fatal' // before the first session: what goes wrong is told by whoever asked
    const half = await halfInputOf((model) => InferenceSession.create(model, { executionProviders: ['cpu'] }))
    const way = half === 'bits' ? ' (FP16 by its bits)' : ''
    return { works: true, message: `ONNX Runtime ${env.versions.node} runs a model${way}.` }
  } catch (error) {
    return { works: false, message: `ONNX Runtime does not run here: ${(error as Error).message}` }
  }
}

/** Each device, tried by a run in the process that asks. */
export async function probeHere(): Promise<DeviceProbe[]> {
  Object.assign(process.env, runtimeWithoutTelemetry)
  const [{ env, InferenceSession }, { probeDevices }] = await Promise.all([
    import('onnxruntime-node'),
    import('./devices.ts'),
  ])
  env.logLevel = 'fatal'
  return probeDevices((model, provider) =>
    InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel: 4 }),
  )
}
