/**
 * A real detector with pre-processing: a photograph without a face through the image schema, alone and as a batch of
 * two, must give outputs of the right shapes and no face above the usual threshold.
 */

import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonTensor } from '../../src-main/contract/tensor.ts'
import { descriptorOf } from './descriptor.ts'
import type { NodePath } from './node-path.ts'

/** Ultra-Light-Fast-Generic-Face-Detector-1MB: its own demonstration draws faces from this score on. */
const faceScoreMin = 0.7
const faceIndex = 1

/** 'skipped' where the model is not there; null where all is right. */
export async function checkDetector(node: NodePath, models: string): Promise<string | null> {
  const file = join(models, 'ultraface-rfb-320.onnx')
  if (!existsSync(file)) return 'skipped'
  const model = `${node.publisher}.ultraface`
  const source = join(node.directory, 'detector')
  await rm(source, { recursive: true, force: true })
  await mkdir(source)
  await cp(file, join(source, 'model.onnx'))
  await writeFile(join(source, 'card.md'), '# Face detector\n')
  const image = {
    kind: 'image' as const,
    tensor: 'input',
    width: 320,
    height: 240,
    channels: 'RGB' as const,
    layout: 'CHW' as const,
    mean: [127],
    std: [128],
  }
  const descriptor = descriptorOf(model, { task: 'object-detection', inputs: [image] })
  await writeFile(join(source, 'outpost.json'), JSON.stringify(descriptor))
  const job = await node.install(source)
  if (job.state !== 'done') return `is refused: ${job.failure?.message}`
  await node.deploy(model)

  const picture = { base64: (await readFile(join(models, 'wolves.jpg'))).toString('base64') }
  const one = await node.predict(model, picture)
  const two = await node.predict(model, [picture, picture])
  return judge(one, 1) ?? judge(two, 2)
}

function judge(answer: unknown, items: number): string | null {
  const { outputs } = answer as { outputs: Array<{ scores: JsonTensor; boxes: JsonTensor }> }
  if (outputs.length !== items) return `gave ${outputs.length} records for ${items} pictures`
  for (const { scores, boxes } of outputs) {
    if (scores.shape.join() !== '1,4420,2') return `scores have shape [${scores.shape}]`
    if (boxes.shape.join() !== '1,4420,4') return `boxes have shape [${boxes.shape}]`
    const best = scores.data.reduce<number>(
      (max, score, at) => (at % 2 === faceIndex ? Math.max(max, Number(score)) : max),
      0,
    )
    if (best > faceScoreMin) return `sees a face with a score of ${best} where there is none`
  }
  return null
}
