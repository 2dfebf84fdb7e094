/** What a draft's ONNX model and its description of inputs and outputs lack, each with the step where it is mended. */
import { OutpostError } from '../../base/errors.ts'
import type { DraftDetail } from '../../contract/draft-views.ts'
import type { PackageDescriptor } from '../../contract/package.ts'
import { interfaceProblems } from '../../package/checks/interface-check.ts'
import { checkExternalData, externalPaths } from '../../package/onnx/external-data.ts'
import type { StoredDraft } from '../../store/tables/drafts.ts'

export type Problem = DraftDetail['problemList'][number]
export type Step = DraftDetail['step']

/** What keeps the model's own files from being packed and served. */
export function modelProblems({ graph, files }: StoredDraft): Problem[] {
  const add = (message: string): Problem => ({ level: 'error', step: 'source', field: 'model', message })
  if (!graph) return [add('There is no readable ONNX model yet.')]
  const model = files.find(({ path, kind }) => kind === 'weight' && /\.onnx$/i.test(path))?.path ?? ''
  const sizes = new Map(files.map(({ path, bytes }) => [path, bytes]))
  const problems: Problem[] = []
  try {
    for (const path of externalPaths(model, graph))
      if (!sizes.has(path)) problems.push(add(`The weights file ${path} is missing: add it.`))
    if (problems.length === 0) checkExternalData(model, graph, sizes)
  } catch (error) {
    if (!(error instanceof OutpostError)) throw error
    problems.push(add(error.message))
  }
  for (const { name, type } of graph.unservable) {
    const message = `"${name}" is ${type}, which cannot be served: export the model with tensors alone (scikit-learn: zipmap=False).`
    problems.push(add(message))
  }
  return problems
}

/** Where the description and the graph disagree, and classes that nobody could name. */
export function schemaProblems({ graph, texts }: StoredDraft, descriptor: PackageDescriptor): Problem[] {
  if (!graph) return []
  const labels = linesOf(texts.labels)
  const problems = interfaceProblems(descriptor, graph, () => labels).map(
    (message): Problem => ({ level: 'error', step: 'schema', field: 'inputs', message }),
  )
  for (const [at, output] of descriptor.outputs.entries()) {
    if (output.kind !== 'classes' || output.labels?.length || output.labelsFile !== undefined) continue
    if (graph.outputs.find(({ name }) => name === output.tensor)?.datatype === 'BYTES') continue
    const message = `The classes of "${output.tensor}" have no labels: answers give their numbers.`
    problems.push({ level: 'warning', step: 'schema', field: `outputs.${at}`, message })
  }
  return problems
}

const linesOf = (text: string): string[] | null =>
  text.trim() === '' ? null : text.replace(/\r?\n$/, '').split(/\r?\n/)
