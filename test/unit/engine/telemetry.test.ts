/** ONNX Runtime reports to nobody and leaves nothing behind, whichever process of the product loads it. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, expect, test } from 'vitest'
import { forkChildren } from '../../../src-main/base/child.ts'
import { outpost } from '../../support/command-line.ts'
import { identityModel } from '../../support/served-models.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { sourceDirectory } from '../../support/whole-node.ts'

let folder: string
let environment: { TMPDIR: string; HOME: string; ORT_DISABLE_TELEMETRY: string }

beforeEach(() => {
  folder = temporaryFolder()
  for (const name of ['temporary', 'home']) mkdirSync(join(folder, name))
  // As a person's shell is, where nothing is set.
  environment = { TMPDIR: join(folder, 'temporary'), HOME: join(folder, 'home'), ORT_DISABLE_TELEMETRY: '' }
})

const left = () => [environment.TMPDIR, environment.HOME].flatMap((path) => readdirSync(path))

test('a process that control starts', async () => {
  writeFileSync(join(folder, 'model.onnx'), identityModel('FP32', ['n']))
  const sessions = pathToFileURL(join(sourceDirectory, 'engine', 'sessions.ts'))
  writeFileSync(
    join(folder, 'lab.js'),
    `import { createSessions } from ${JSON.stringify(sessions)}
     const engine = createSessions(${JSON.stringify(folder)}, null)
     const file = { path: 'model.onnx', digest: '' }
     const from = { kind: 'folder', directory: ${JSON.stringify(folder)} }
     await engine.load('m', { versionId: 'v', from, modelFile: file, externalData: [], bytes: 100 }, { executionProvider: 'cpu' })
     console.log('loaded')
     await engine.close()
     process.exit(0)`,
  )
  const child = forkChildren(folder, '.js', { env: { ...process.env, ...environment } })('lab')
  const lines: string[] = []
  child.onLine((line) => lines.push(line))
  await new Promise((resolve) => child.onExit(resolve))
  expect(lines).toEqual(['loaded'])
  expect(left()).toEqual([])
})

test('the command line that looks at the machine', async () => {
  const { out } = await outpost(['doctor', '--data', join(folder, 'data')], { environment })
  expect(out).toContain('onnxruntime')
  expect(left()).toEqual([])
})
