/**
 * What a version number promises, checked against the version before it (R3 to R6, R16, R18 to R21). Every rule here
 * holds between any two versions of one line, so an import is not refused because versions between them are not here.
 */

import { changedPart, nextVersion, type VersionNumbers, versionNumbers } from '../base/version-order.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { ChangeType, GraphSummary, PackageDescriptor } from '../contract/package.ts'
import { interfaceBreaks } from './interface-breaks.ts'

export interface VersionFacts {
  /** Without build metadata. */
  version: string
  dataVersion: string | null
  descriptor: PackageDescriptor
  graph: GraphSummary | null
}

export interface VersionProblem {
  code: Extract<ErrorCode, 'VERSION_RULE' | 'MIGRATION_GUIDE_MISSING'>
  rule: string
  message: string
  hint: string
}

/**
 * `before` is the nearest version below with other numbers; a model's first version keeps no promise yet. `exact` is
 * for a version that is made here: its number must then be the very part that its change type names.
 */
export function versionProblems(
  next: VersionFacts,
  before: VersionFacts | null,
  exact: boolean,
): VersionProblem[] {
  if (before === null) return []
  const [from, to] = [versionNumbers(before.version), versionNumbers(next.version)]
  const part = changedPart(from, to)
  if (part === null) return []
  const number = numberProblem(from, to, next.descriptor.change.type, part, exact)
  const problems = number === null ? [] : [refusal(number.rule, number.message, `${called(before, next)}.`)]
  if (part !== 'major') problems.push(...breakProblems(next, before))
  if (part === 'patch') problems.push(...retrainProblems(next, before))
  problems.push(...dataVersionProblems(next, before), ...guideProblems(next, before, part))
  return problems
}

function numberProblem(
  from: VersionNumbers,
  to: VersionNumbers,
  change: ChangeType,
  part: ChangeType,
  exact: boolean,
): { rule: string; message: string } | null {
  if (change === 'major' && (to.minor > 0 || to.patch > 0)) {
    return { rule: 'lower-numbers-reset', message: 'A major change sets minor and patch to 0.' }
  }
  if (change === 'minor' && to.patch > 0) {
    return { rule: 'lower-numbers-reset', message: 'A minor change sets patch to 0.' }
  }
  const raised = { major: to.major, minor: to.minor, patch: to.patch }[change]
  const wrong = rank[part] < rank[change] || raised === 0 || (exact && part !== change)
  if (!wrong) return null
  const versions = `${from.major}.${from.minor}.${from.patch} to ${to.major}.${to.minor}.${to.patch}`
  return {
    rule: 'number-fits-change',
    message: `The change is called ${change}, but from ${versions} the ${part} number changes.`,
  }
}

const rank: Record<ChangeType, number> = { patch: 0, minor: 1, major: 2 }

function breakProblems(next: VersionFacts, before: VersionFacts): VersionProblem[] {
  const { change } = next.descriptor
  const hint = `${called(before, next, 'major')}, or keep what consumers of ${before.version} rely on.`
  const problems: VersionProblem[] = []
  if (change.breakingChanges.length > 0) {
    problems.push(
      refusal('breaking-is-major', 'Breaking changes are listed, so this is a major version.', hint),
    )
  }
  if (!change.backwardCompatible) {
    problems.push(
      refusal('breaking-is-major', 'The version is not backward compatible, so it is a major one.', hint),
    )
  }
  if (change.apiVersion !== before.descriptor.change.apiVersion) {
    problems.push(refusal('api-is-major', 'Another API version is a major change.', hint))
  }
  if (next.descriptor.task !== before.descriptor.task) {
    problems.push(refusal('task-is-major', 'Another task is a major change.', hint))
  }
  const [was, is] = [before.descriptor.architecture, next.descriptor.architecture]
  if (was !== undefined && is !== undefined && was !== is) {
    problems.push(
      refusal('architecture-is-major', `Another architecture (${was}, now ${is}) is a major change.`, hint),
    )
  }
  if (before.graph && next.graph) {
    for (const message of interfaceBreaks(before.graph, next.graph)) {
      problems.push(refusal('interface-is-major', `${message} That is a major change.`, hint))
    }
  }
  return problems
}

function retrainProblems(next: VersionFacts, before: VersionFacts): VersionProblem[] {
  const hint = `${called(before, next, 'minor')}.`
  const problems: VersionProblem[] = []
  if (next.dataVersion !== before.dataVersion) {
    const message = `The data version changes (${before.dataVersion ?? 'none'} to ${next.dataVersion ?? 'none'}); a patch keeps it.`
    problems.push(refusal('data-is-minor', message, hint))
  }
  if (otherData(next, before)) {
    problems.push(
      refusal('data-is-minor', 'The model was trained on other data; that is a minor change.', hint),
    )
  }
  if (otherHyperparameters(next.descriptor, before.descriptor)) {
    problems.push(refusal('tuning-is-minor', 'The hyperparameters changed; that is a minor change.', hint))
  }
  return problems
}

function dataVersionProblems(next: VersionFacts, before: VersionFacts): VersionProblem[] {
  if (next.dataVersion === null || next.dataVersion !== before.dataVersion || !otherData(next, before))
    return []
  const message = `The training data has another hash than in ${before.version}, under the same data version ${next.dataVersion}.`
  return [refusal('data-version-follows-data', message, 'Give the data a new version.')]
}

function guideProblems(next: VersionFacts, before: VersionFacts, part: ChangeType): VersionProblem[] {
  const { change } = next.descriptor
  if (part !== 'major' || change.type !== 'major' || change.migrationGuide !== undefined) return []
  return [
    {
      code: 'MIGRATION_GUIDE_MISSING',
      rule: 'major-has-guide',
      message: `${next.version} is a major version after ${before.version} and has no migration guide.`,
      hint: 'Write what consumers have to change into a Markdown file and name it as change.migrationGuide, or give it to outpost pack with --migration-guide.',
    },
  ]
}

const otherData = (next: VersionFacts, before: VersionFacts): boolean => {
  const [was, is] = [before.descriptor.training.dataHash, next.descriptor.training.dataHash]
  return was !== undefined && is !== undefined && was !== is
}

function otherHyperparameters(next: PackageDescriptor, before: PackageDescriptor): boolean {
  const [was, is] = [before.training.hyperparameters, next.training.hyperparameters]
  const names = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...names].some((name) => was[name] !== is[name])
}

const called = (
  before: VersionFacts,
  next: VersionFacts,
  change: ChangeType = next.descriptor.change.type,
): string => `Call it ${nextVersion(before.version, change)}, a ${change} version`

const refusal = (rule: string, message: string, hint: string): VersionProblem => ({
  code: 'VERSION_RULE',
  rule,
  message,
  hint,
})
