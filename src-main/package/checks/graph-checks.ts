/** The rungs that judge a graph against the runtime without loading it: operator sets, operators, datatypes. */
import type { GraphSummary } from '../../contract/package.ts'
import { operatorNames, opsetLast, opsetMin, runtimeTable, trainingDomains } from '../onnx/runtime-table.ts'
import { type Finding, failed, passed, skipped, warned } from './ladder.ts'

export interface Runtime {
  name: string
  version: string
}

const isOfTable = ({ name, version }: Runtime): boolean =>
  name === runtimeTable.name && version.startsWith(`${runtimeTable.release}.`)

export function checkOpsets(graph: GraphSummary, runtime: Runtime): Finding {
  if (!isOfTable(runtime)) return unknownRuntime(runtime)
  if (graph.irVersion > runtimeTable.irVersionMax) {
    return failed(
      `The file is of IR version ${graph.irVersion}; the runtime here reads up to ${runtimeTable.irVersionMax}.`,
      'Export the model again with an older ONNX.',
      { irVersion: graph.irVersion },
    )
  }
  const tooNew = graph.opsets.filter(
    ({ domain, version }) => version > (runtimeTable.opsetMax.get(domain) ?? version),
  )
  const [first] = tooNew
  if (first) {
    return failed(
      `The model imports operator set ${first.version} of ${first.domain}; the runtime here has up to ${runtimeTable.opsetMax.get(first.domain)}.`,
      'Export the model again with an older operator set (opset).',
      { opsets: tooNew },
    )
  }
  return passed(graph.opsets.map(({ domain, version }) => `${domain} ${version}`).join(', '))
}

interface Refused {
  domain: string
  name: string
  reason: string
}

export function checkOperators(graph: GraphSummary, runtime: Runtime): Finding {
  if (!isOfTable(runtime)) return unknownRuntime(runtime)
  const refused = graph.operators.flatMap(({ domain, name }): Refused[] => {
    const reason = operatorProblem(graph, domain, name)
    return reason === null ? [] : [{ domain, name, reason }]
  })
  const [first] = refused
  if (!first) {
    const count = graph.operators.length
    return passed(
      `${count} ${count === 1 ? 'operator' : 'different operators'}, all of them known to the runtime.`,
    )
  }
  const others = refused.length === 1 ? '' : ` ${refused.length - 1} more are listed in the details.`
  return failed(
    `The operator ${first.name} of ${first.domain} ${first.reason}.${others}`,
    'Export the model again, with operators and an operator set that the runtime has.',
    { operators: refused },
  )
}

/** Why an operator cannot run here, or null. */
function operatorProblem(graph: GraphSummary, domain: string, name: string): string | null {
  if (graph.functions.some((own) => own.domain === domain && own.name === name)) return null
  if (domain === 'com.microsoft' && name === 'EPContext')
    return 'runs what a device compiled, from a file that the graph names; such files are never loaded'
  if (trainingDomains.has(domain)) return 'trains a model, which the runtime here does not do'
  if (!runtimeTable.opsetMax.has(domain))
    return 'comes from a library of its own; such libraries are never loaded'
  const known = operatorNames.get(domain)
  if (known && !known.has(name)) return 'is not known to the runtime'
  if (domain !== 'ai.onnx') return null
  const imported = graph.opsets.find((opset) => opset.domain === domain)?.version
  if (imported === undefined) return 'belongs to an operator set that the model does not import'
  const oldest = opsetMin.get(name) ?? 1
  if (imported < oldest) return `needs operator set ${oldest} or newer here; the model imports ${imported}`
  const newest = opsetLast.get(name) ?? imported
  if (imported > newest)
    return `has no implementation here after operator set ${newest}; the model imports ${imported}`
  return null
}

export function checkDatatypes(graph: GraphSummary): Finding {
  const half = [...graph.inputs, ...graph.outputs].filter(({ datatype }) => datatype === 'BF16')
  const refused = [...graph.unservable, ...half.map(({ name }) => ({ name, type: 'tensor(bfloat16)' }))]
  const [first] = refused
  if (first) {
    return failed(
      `The input or output "${first.name}" is of the type ${first.type}, which cannot be served.`,
      first.type.includes('bfloat16')
        ? 'Cast it to float or float16 inside the model.'
        : 'Only tensors cross the Open Inference Protocol; unpack sequences and maps inside the model (zipmap=False).',
      { values: refused },
    )
  }
  if (graph.outputs.length === 0) return failed('The model has no outputs.')
  if (graph.elementTypes.includes('bfloat16')) {
    return warned(
      'The model computes with bfloat16 inside; few processors do that well, and loading decides.',
    )
  }
  return passed(graph.elementTypes.join(', '))
}

const unknownRuntime = ({ name, version }: Runtime): Finding =>
  skipped(`Nothing is known beforehand of ${name} ${version}; loading the model decides.`)
