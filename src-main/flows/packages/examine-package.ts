/**
 * What the lab process does: climbs the ladder of a validation over a folder, with ONNX Runtime in this thread and
 * the pre- and post-processing that the package declares.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import type { LabTask } from '../../contract/processes.ts'
import type { ValidationCheck } from '../../contract/validation.ts'
import type { Engine } from '../../engine/engine.ts'
import { createSessions, isOutOfMemory, runtimeVersion } from '../../engine/sessions.ts'
import { inspectSealed, openSealed, openVerified } from '../../license/sealed-weights/open-sealed.ts'
import type { SealedFiles } from '../../package/archive/package-source.ts'
import { rungNames } from '../../package/checks/ladder.ts'
import type { CaseProcessing, ModelRunner, ProcessingInput } from '../../package/checks/model-runner.ts'
import { type Validation, validate } from '../../package/checks/validate.ts'
import { judgeCase } from '../../processing/judge-case.ts'
import type { ProcessingPlan } from '../../processing/plan.ts'
import { prepareInputs } from '../../processing/prepare-inputs.ts'
import { readLabels } from '../../processing/read-labels.ts'

/** LAB_LIMIT where ONNX Runtime could not get the memory it asked for. */
export async function examinePackage(
  task: LabTask,
  onCheck: (check: ValidationCheck, done: number, of: number) => void,
): Promise<Validation> {
  const contentKey = task.contentKey === undefined ? null : Buffer.from(task.contentKey, 'hex')
  const engine = createSessions(task.directory, null, openSealed)
  const memory = { isOver: false }
  let done = 0
  const validation = await validate(
    task.packageFile === undefined
      ? { kind: 'folder', path: task.directory, package: task.package }
      : { kind: 'package', path: task.packageFile, scratch: task.directory },
    {
      runner: createRunner(engine, memory, contentKey),
      openSealed: contentKey ? (folder) => sealedFiles(folder, contentKey) : undefined,
      processing: createCaseProcessing,
      skipRun: task.skipRun,
      onCheck: (check) => onCheck(check, ++done, rungNames.length),
    },
  )
  if (memory.isOver) {
    throw new OutpostError('LAB_LIMIT', 'The model needs more memory than an examination may use.', {
      hint: 'A machine with more memory may be able to examine it.',
    })
  }
  return validation
}

const sealedFiles = (folder: string, contentKey: Buffer): SealedFiles => ({
  open: (path) => openVerified(join(folder, path), contentKey),
  plainBytes: (path) => inspectSealed(join(folder, path)).plainBytes,
})

function createRunner(
  engine: Engine,
  memory: { isOver: boolean },
  contentKey: Uint8Array | null,
): ModelRunner {
  const watched = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work
    } catch (error) {
      memory.isOver ||= isOutOfMemory(error)
      throw error
    }
  }
  return {
    runtime: { name: 'onnxruntime', version: runtimeVersion },
    load: async ({ folder, modelFile, externalData, bytes, plainDigests }) => {
      const file = (path: string) => ({ path, digest: '' }) // the folder is vouched for
      const source = {
        versionId: 'examined',
        from: { kind: 'folder' as const, directory: folder },
        modelFile: file(modelFile),
        externalData: externalData.map(file),
        bytes,
        ...(plainDigests && contentKey && { sealed: { contentKey, plainDigests } }),
      }
      const { inputs, outputs } = await watched(engine.load('model', source, { executionProvider: 'cpu' }))
      return {
        inputs,
        outputs,
        run: (tensors) => watched(engine.run('model', tensors, null)),
        unload: () => engine.unload('model'),
      }
    },
    residentBytes: () => process.memoryUsage.rss(),
  }
}

async function createCaseProcessing({ descriptor, graph, folder }: ProcessingInput): Promise<CaseProcessing> {
  const readFile = (path: string) => readInside(folder, path)
  const plan: ProcessingPlan = {
    inputs: descriptor.inputs,
    outputs: descriptor.outputs,
    inputSpecs: graph.inputs,
    outputSpecs: graph.outputs,
    labels: await readLabels(descriptor.outputs, readFile),
  }
  return {
    prepare: async (inputs) => {
      const { runs } = await prepareInputs(plan, inputs, readFile)
      return { tensors: runs[0]?.inputs ?? [], masks: runs[0]?.masks ?? [] }
    },
    judge: async (expected, outputs, masks) => judgeCase(plan, expected, outputs, masks),
  }
}

/** A case may name any path: only what lies in the folder itself is read, and no link is followed. */
async function readInside(folder: string, path: string): Promise<Buffer> {
  const target = resolve(folder, path)
  const inside = relative(folder, target)
  if (inside === '' || inside.startsWith('..') || target !== join(folder, path)) {
    throw new OutpostError('PACKAGE_PATH', `"${path}" is not a path inside the package.`)
  }
  const file = await open(target, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    if ((await file.stat()).size > limits.inferBodyBytesMax) {
      throw new OutpostError('PACKAGE_LIMIT', `The file "${path}" is too large to be an input.`)
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}
