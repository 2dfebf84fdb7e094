/** Whether ONNX Runtime's native library loads on this machine, and which execution providers it brings. */
export interface RuntimeProbe {
  works: boolean
  message: string
}

export async function probeRuntime(): Promise<RuntimeProbe> {
  try {
    // Loaded on request only: 40 MB that a command without inference does not need.
    const { env, listSupportedBackends } = await import('onnxruntime-node')
    const providers = listSupportedBackends().map(({ name, bundled }) =>
      bundled ? name : `${name} (not bundled)`,
    )
    return { works: true, message: `ONNX Runtime ${env.versions.node} with ${providers.join(', ')}.` }
  } catch (error) {
    return {
      works: false,
      message: `ONNX Runtime does not load: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}
