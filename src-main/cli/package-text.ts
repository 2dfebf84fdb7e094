/** Packages and their reports as a person reads them on a terminal. */
import { bytesText, grouped } from '../base/quantities.ts'
import { versionOf } from '../contract/package.ts'
import type { ValidationCheck, ValidationReport } from '../contract/validation.ts'
import type { PackageInspection } from '../contract/views.ts'
import type { Described } from '../flows/packages/describe-path.ts'
import { table } from './terminal.ts'

const marks = { passed: '✓', failed: '✗', warned: '!', skipped: '-' } as const

/** After a check that failed, those below it were not run, and saying so once is enough. */
export function reportText({ checks, verdict, measured }: ValidationReport): string {
  const failedAt = checks.findIndex(({ outcome }) => outcome === 'failed')
  const isReached = ({ outcome }: ValidationCheck, at: number): boolean =>
    failedAt === -1 || at <= failedAt || outcome !== 'skipped'
  const lines = checks
    .filter(isReached)
    .map(
      ({ outcome, name, message, hint }) =>
        `${marks[outcome]} ${name.padEnd(14)} ${message}${hint ? `\n  ${' '.repeat(15)}${hint}` : ''}`,
    )
  const missed = checks.length - lines.length
  if (missed > 0) lines.push(`- ${missed} ${missed === 1 ? 'check' : 'checks'} not reached`)
  const accuracy =
    measured?.accuracy === null || measured === null
      ? ''
      : `, ${(measured.accuracy * 100).toFixed(1)} % of ${measured.cases} cases right`
  return [...lines, `${verdict}${accuracy}`].join('\n')
}

export function describedText(described: Described): string {
  if (described.kind === 'onnx') return graphText(described.graph)
  const { descriptor } = described
  const { id, version, title, summary, license, owner, sealed } = descriptor
  const head = [
    `${id}@${versionOf(descriptor) ?? version}  ${title}`,
    ...(summary.trim() === '' ? [] : [summary]),
    `License ${license.spdx}, by ${owner.name}`,
    ...(sealed ? [`Weights sealed with the key ${sealed.keyId}: a license has to bring it`] : []),
  ].join('\n')
  if (described.kind === 'source') return `${head}\n${graphText(described.graph)}`
  const publisher = described.publisher
    ? `Signed by "${described.publisher.name}" with ${described.publisher.fingerprint}`
    : 'Not signed'
  const files = described.artifacts.map(({ path, kind, bytes, digest }) => [
    path,
    kind,
    bytesText(bytes),
    digest,
  ])
  return `${head}\n${publisher}\n${described.digest}, and every file agrees with its digest\n\n${table(['File', 'Kind', 'Size', 'Digest'], files)}`
}

/** Which license stands between an imported version and its deployment, from whom, and how to ask for it. */
export function neededLicenseLines({
  license,
  publisher,
  descriptor: { id },
}: Pick<PackageInspection, 'license' | 'publisher' | 'descriptor'>): string[] {
  if (license.allowed) return []
  const { code, clause, evidence, remedy } = license
  if (code !== 'LIC_NONE')
    return [`It cannot be deployed yet (${code}). ${clause} ${evidence}`, `  ${remedy}`]
  return [
    `To be deployed it needs a license of "${publisher.name}" for ${id} (${code}):`,
    `  outpost license request ${id} -o ${id}.request.jws`,
    `  send that file to "${publisher.name}", and import the answer: outpost license import FILE`,
  ]
}

const unservableHint =
  'Only tensors can be served; unpack sequences and maps inside the model (scikit-learn: zipmap=False).'

function graphText(graph: Extract<Described, { kind: 'onnx' }>['graph']): string {
  const tensors = (specs: typeof graph.inputs) =>
    specs.map(({ name, datatype, shape }) => `${name} ${datatype} [${shape.join(', ')}]`).join('; ')
  return [
    `ONNX, IR ${graph.irVersion}, ${graph.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ')}, ${grouped(graph.parameterCount)} parameters`,
    `Inputs   ${tensors(graph.inputs)}`,
    `Outputs  ${tensors(graph.outputs)}`,
    ...graph.unservable.map(({ name, type }) => `! ${name} is of the type ${type}, which cannot be served`),
    ...(graph.unservable.length > 0 ? [unservableHint] : []),
  ].join('\n')
}
