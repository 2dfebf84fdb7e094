/** The runner that validation is given in tests: the real engine with ONNX Runtime, in the thread of the test. */

import { createSessions } from '../../src-main/engine/sessions.ts'
import type { ModelRunner } from '../../src-main/package/checks/model-runner.ts'

/** `directory` takes the links that the engine makes. */
export function engineRunner(directory: string): ModelRunner {
  const engine = createSessions(directory, null)
  let count = 0
  return {
    runtime: { name: 'onnxruntime', version: '1.30.0' },
    async load({ folder, modelFile, externalData, bytes }) {
      const key = `model-${count++}`
      const file = (path: string) => ({ path, digest: '' })
      const source = {
        versionId: key,
        from: { kind: 'folder' as const, directory: folder },
        modelFile: file(modelFile),
        externalData: externalData.map(file),
        bytes,
      }
      const { inputs, outputs } = await engine.load(key, source, { executionProvider: 'cpu' })
      return {
        inputs,
        outputs,
        run: (tensors) => engine.run(key, tensors, null),
        unload: () => engine.unload(key),
      }
    },
    residentBytes: () => process.memoryUsage.rss(),
  }
}
