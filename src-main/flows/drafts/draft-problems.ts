/**
 * What still stands between a draft and a package, each with the step and the field where it is mended. Pure: it looks
 * at the draft, its predecessor and the names that are taken.
 */
import { isDeepStrictEqual } from 'node:util'
import { versionIdentity } from '../../base/version-order.ts'
import { cardLacks } from '../../contract/card.ts'
import { type PackageDescriptor, packageDescriptor } from '../../contract/package.ts'
import { isLicenseExpression, unlistedLicenses } from '../../package/checks/license-expression.ts'
import { type VersionProblem, versionProblems } from '../../registry/version-rules.ts'
import type { StoredDraft } from '../../store/tables/drafts.ts'
import type { RemovedVersion } from '../../store/tables/removed-versions.ts'
import { inWords } from './descriptor-words.ts'
import { modelProblems, type Problem, type Step, schemaProblems } from './draft-model-problems.ts'
import { asRecord } from './draft-source.ts'

const stepOfField: Record<string, Step> = {
  id: 'version',
  version: 'version',
  dataVersion: 'version',
  change: 'version',
  training: 'card',
  title: 'card',
  summary: 'card',
  task: 'schema',
  tags: 'card',
  owner: 'card',
  authors: 'card',
  evaluation: 'card',
  card: 'card',
  framework: 'card',
  libraries: 'card',
  lineage: 'card',
  architecture: 'card',
  license: 'license',
  model: 'source',
  documents: 'source',
  code: 'source',
  data: 'source',
  suite: 'test',
  inputs: 'schema',
  outputs: 'schema',
  deploymentTargets: 'card',
}

export interface DraftSurroundings {
  ownPublisher: string
  predecessor: {
    version: string
    descriptor: PackageDescriptor
    dataVersion: string | null
    graph: StoredDraft['graph']
  } | null
  versionTaken: boolean
  /** What stood under the draft's number before it was deleted. */
  versionRemoved: RemovedVersion | null
}

export function draftProblems(draft: StoredDraft, complete: unknown, around: DraftSurroundings): Problem[] {
  const parsed = packageDescriptor.safeParse(complete)
  const problems: Problem[] = []
  const add = (level: Problem['level'], step: Step, field: string | null, message: string): void => {
    problems.push({ level, step, field, message })
  }

  problems.push(...modelProblems(draft))
  for (const { section, headed } of cardLacks(draft.texts.card)) {
    const how = headed ? 'states nothing under its heading on' : 'has no section on'
    add('warning', 'card', 'card', `The card ${how} ${section.title}.`)
  }
  if (draft.texts.license.trim() === '') add('warning', 'license', 'license', 'The license text is empty.')
  for (const [level, message] of spdxProblems(asRecord(draft.descriptor.license).spdx))
    add(level, 'license', 'license.spdx', message)
  if (isBlank(asRecord(draft.descriptor.change).releaseNotes))
    add('warning', 'version', 'change.releaseNotes', 'The release notes are empty.')
  // What is named too much is asked for too much and does no harm, and nothing here could be confirmed.
  const taken = carriedLineage(draft, around)
  if (taken !== null)
    add(
      'hint',
      'card',
      'lineage',
      `As ${around.predecessor?.version} it says that it was ${taken}. Look whether these weights were, and take out what they were not.`,
    )
  if (asRecord(complete).suite === undefined)
    add('hint', 'test', 'suite', 'Without a suite of cases nobody can check what the model answers.')
  if (asRecord(complete).evaluation === undefined)
    add('hint', 'card', 'evaluation', 'No evaluation results are stated.')
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const [first] = issue.path
      if (first === 'model' && !draft.graph) continue // said above
      add('error', stepOfField[String(first)] ?? 'source', issue.path.join('.'), inWords(issue, complete))
    }
    return problems
  }
  const descriptor = parsed.data

  if (descriptor.id.split('.')[0] !== around.ownPublisher) {
    add(
      'error',
      'version',
      'id',
      `The id begins with "${descriptor.id.split('.')[0]}", but this node signs as "${around.ownPublisher}". Change the id, or the publisher's name in Settings.`,
    )
  }
  const removed = around.versionRemoved
  if (removed && !around.versionTaken)
    add(
      'error',
      'version',
      'version',
      `${descriptor.id}@${descriptor.version} was registered with the digest ${removed.manifestDigest} and deleted at ${removed.removedAt}. Take the next number.`,
    )
  if (around.versionTaken)
    add(
      'error',
      'version',
      'version',
      `${descriptor.id}@${descriptor.version} is registered already. Raise the version.`,
    )
  const next = {
    version: versionIdentity(descriptor.version),
    dataVersion: descriptor.dataVersion ?? null,
    descriptor,
    graph: draft.graph,
  }
  problems.push(...numberProblems(versionProblems(next, around.predecessor, true)))
  problems.push(...schemaProblems(draft, descriptor))
  return problems
}

/** In words; null where the draft says nothing of what it was made of, or something of its own. */
function carriedLineage(
  { descriptor }: Pick<StoredDraft, 'descriptor'>,
  { predecessor }: DraftSurroundings,
): string | null {
  const before = predecessor?.descriptor.lineage ?? []
  if (before.length === 0 || !isDeepStrictEqual(descriptor.lineage, before)) return null
  return before.map(({ model, version, relation }) => `${relation} from ${model} ${version}`).join(', ')
}

const isBlank = (value: unknown): boolean => typeof value !== 'string' || value.trim() === ''

/** What is missing or no text is said of all fields alike. */
function spdxProblems(spdx: unknown): [level: Problem['level'], message: string][] {
  if (typeof spdx !== 'string' || isBlank(spdx)) return []
  if (isLicenseExpression(spdx)) return unlistedLicenses(spdx).map((message) => ['warning', message])
  const how = 'Write for example Apache-2.0, or LicenseRef- and a name of your own.'
  return [['error', `"${spdx}" is no SPDX license expression. ${how}`]]
}

/** One entry for all that the number is wrong about: what to call the version, and then why. */
function numberProblems(found: readonly VersionProblem[]): Problem[] {
  const [numbered, others] = [found.filter(isOfNumber), found.filter((problem) => !isOfNumber(problem))]
  const [first] = numbered.toSorted((a, b) => weightOf(b) - weightOf(a))
  const reasons = numbered.map(({ message }) => message).join(' ')
  const entry = (field: string, message: string): Problem => ({
    level: 'error',
    step: 'version',
    field,
    message,
  })
  return [
    ...(first ? [entry('version', `${first.hint} ${reasons}`)] : []),
    ...others.map(({ code, message, hint }) =>
      entry(
        code === 'MIGRATION_GUIDE_MISSING' ? 'change.migrationGuide' : 'dataVersion',
        `${message} ${hint}`,
      ),
    ),
  ]
}

const isOfNumber = ({ code, rule }: VersionProblem): boolean =>
  code === 'VERSION_RULE' && rule !== 'data-version-follows-data'

/** The rule that asks for the highest number has the last word. */
const weightOf = ({ rule }: VersionProblem): number =>
  rule.endsWith('-is-major') ? 2 : rule.endsWith('-is-minor') ? 1 : 0
