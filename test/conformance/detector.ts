/**
 * A real detector with pre-processing: a photograph without a face through the image schema, alone and as a batch of
 * two, must give outputs of the right shapes and no face above the usual threshold.
 */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Prediction } from '../../src-main/contract/api/serving.ts'
import type { JsonTensor } from '../../src-main/contract/tensor.ts'
import type { CommandPath } from './command-path.ts'
import { writeSource } from './source-folder.ts'

/** Ultra-Light-Fast-Generic-Face-Detector-1MB: its own demonstration draws faces from this score on. */
const faceScoreMin = 0.7
const faceIndex = 1

/** 'skipped' where the model is not there; null where all is right. */
export async function checkDetector(outpost: CommandPath, models: string): Promise<string | null> {
  const file = join(models, 'ultraface-rfb-320.onnx')
  if (!existsSync(file)) return 'skipped'
  const id = `${outpost.publisher}.ultraface`
  const source = join(outpost.directory, 'detector')
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
  await writeSource(source, file, id, { task: 'object-detection', inputs: [image] })
  const packed = `${source}.outpost`
  await outpost.must('pack', source, '-o', packed)
  await outpost.must('validate', packed)
  await outpost.must('import', packed)
  await outpost.must('deploy', `${id}@latest`)

  const photograph = join(models, 'wolves.jpg')
  const picture = { base64: (await readFile(photograph)).toString('base64') }
  const both = join(outpost.directory, 'two-pictures.json')
  await writeFile(both, JSON.stringify([picture, picture]))
  const one = await outpost.must('infer', id, '--image', photograph)
  const two = await outpost.must('infer', id, '--input', `@${both}`)
  return judge(one as Prediction, 1) ?? judge(two as Prediction, 2)
}

function judge(answer: Prediction, items: number): string | null {
  const outputs = answer.outputs as Array<{ scores: JsonTensor; boxes: JsonTensor }>
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
