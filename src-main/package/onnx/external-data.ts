/**
 * Where a model's external weights may lie: in files of the package, below the folder of the model, as long as the
 * model says. ONNX gives the place as free text, and every reader of it has had a hole, so it is judged here first.
 */
import { posix } from 'node:path'
import { OutpostError } from '../../base/errors.ts'
import { grouped } from '../../base/quantities.ts'
import type { GraphSummary } from '../../contract/package.ts'
import { pathProblem, quoted } from '../archive/paths.ts'

/** The package path of a location that stands in the graph; null where the location is no plain relative path. */
function packagePath(modelFile: string, location: string): string | null {
  if (pathProblem(location) !== null) return null
  const folder = posix.dirname(modelFile)
  return folder === '.' ? location : `${folder}/${location}`
}

/** The package paths of all external data. Throws ONNX_EXTERNAL_DATA for a location that is no plain relative path. */
export function externalPaths(modelFile: string, graph: GraphSummary): string[] {
  const paths = new Set<string>()
  for (const { location } of graph.externalData) {
    const path = packagePath(modelFile, location)
    if (path === null) {
      const problem = pathProblem(location)
      throw new OutpostError('ONNX_EXTERNAL_DATA', `The external data ${quoted(location)} ${problem}.`, {
        hint: 'External data has to lie beside the model, in the package.',
        details: { location },
      })
    }
    paths.add(path)
  }
  return [...paths].toSorted()
}

/** Throws ONNX_EXTERNAL_DATA where a file is not in the package, is the model itself, or is shorter than the model says. */
export function checkExternalData(
  modelFile: string,
  graph: GraphSummary,
  bytesOf: ReadonlyMap<string, number>,
): void {
  externalPaths(modelFile, graph)
  for (const { location, offset, length } of graph.externalData) {
    const path = packagePath(modelFile, location)
    const bytes = path === null || path === modelFile ? undefined : bytesOf.get(path)
    if (bytes === undefined) {
      throw new OutpostError(
        'ONNX_EXTERNAL_DATA',
        `The external data ${quoted(location)} is not in the package.`,
        {
          hint: 'Name it in model.externalData of outpost.json.',
          details: { location },
        },
      )
    }
    if (offset + length > bytes) {
      throw new OutpostError(
        'ONNX_EXTERNAL_DATA',
        `The external data ${quoted(location)} has ${grouped(bytes)} bytes; the model reads up to byte ${grouped(offset + length)}.`,
        { details: { location, bytes, needed: offset + length } },
      )
    }
  }
}
