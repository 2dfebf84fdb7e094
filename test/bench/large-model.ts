/** The source of a package with 1 GiB of weights, written in blocks: bytes that no file system can make small. */
import { createCipheriv } from 'node:crypto'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onnxModel } from '../support/onnx-writer.ts'
import { mebibyte } from './figures.ts'

export const weightsFile = 'weights.bin'
export const weightsBytes = 1024 * mebibyte
const side = 16_384 // side × side numbers of 4 bytes are 1 GiB

const card = ['Intended use', 'Limitations', 'Evaluation', 'Fairness', 'Training data', 'Contact']
  .map((title) => `# ${title}\n`)
  .join('')

export async function writeLargeModel(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const external = { location: weightsFile, offset: '0', length: String(weightsBytes) }
  const model = onnxModel({
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [{ name: 'w', dims: [side, side], external }],
    inputs: [{ name: 'x', shape: ['batch', side] }],
    outputs: [{ name: 'y', shape: ['batch', side] }],
  })
  const description = {
    formatVersion: 1,
    id: 'acme.large',
    version: '1.0.0',
    title: 'Large',
    summary: 'A model of 1 GiB.',
    task: 'other',
    owner: { name: 'Acme' },
    license: { spdx: 'Apache-2.0' },
    framework: { name: 'onnx' },
    change: { type: 'minor', releaseNotes: 'First.' },
    model: { file: 'model.onnx', externalData: [weightsFile] },
    card: 'CARD.md',
  }
  await writeFile(join(folder, 'model.onnx'), model)
  await writeFile(join(folder, 'CARD.md'), card)
  await writeFile(join(folder, 'outpost.json'), JSON.stringify(description))
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16))
  const zeros = Buffer.alloc(mebibyte)
  const file = await open(join(folder, weightsFile), 'w')
  for (let at = 0; at < weightsBytes; at += mebibyte) await file.write(noise.update(zeros))
  await file.sync()
  await file.close()
}
