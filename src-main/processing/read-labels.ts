/** The labels of a model's classes, from the description itself or from the file that it names, one a line. */
import type { OutputSchema } from '../contract/package.ts'
import type { ReadPackageFile } from './plan.ts'

/** By output tensor, in the order of the classes. */
export async function readLabels(
  outputs: readonly OutputSchema[],
  readFile: ReadPackageFile,
): Promise<Record<string, string[]>> {
  const labels: Record<string, string[]> = {}
  for (const output of outputs) {
    if (output.kind !== 'classes') continue
    if (output.labels) labels[output.tensor] = output.labels
    else if (output.labelsFile !== undefined)
      labels[output.tensor] = linesOf(await readFile(output.labelsFile))
  }
  return labels
}

const linesOf = (bytes: Uint8Array): string[] =>
  new TextDecoder()
    .decode(bytes)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
