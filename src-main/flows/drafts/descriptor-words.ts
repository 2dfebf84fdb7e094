/** What a schema says of a description that is not complete yet, in the words of the form that a person fills in. */
import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** `value` is what was checked: a field that is not there is missing, whatever type it should have. */
export function inWords(issue: Issue, value: unknown): string {
  const name = nameOf(issue.path)
  if (isEmpty(valueAt(value, issue.path))) return `The ${name} ${name.endsWith('s') ? 'are' : 'is'} missing.`
  switch (issue.code) {
    case 'invalid_type':
      return `The ${name} must be ${typeWords[issue.expected] ?? issue.expected}.`
    case 'invalid_value':
      return `The ${name} must be one of ${issue.values.map(String).join(', ')}.`
    case 'too_big':
      return `The ${name} ${boundWords[issue.origin]?.most ?? 'is more than'} ${issue.maximum}.`
    case 'too_small':
      return `The ${name} ${boundWords[issue.origin]?.least ?? 'is less than'} ${issue.minimum}.`
    case 'unrecognized_keys':
      return `The ${name} has no field ${issue.keys.map((key) => `"${key}"`).join(', ')}.`
    case 'invalid_format':
      return issue.message.startsWith('Invalid')
        ? `The ${name} has signs that are not allowed there.`
        : `The ${name} must be ${issue.message}.`
    default:
      return `The ${name} is not valid: ${issue.message}.`
  }
}

const typeWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  boolean: 'true or false',
  object: 'a group of fields',
  record: 'a group of fields',
}

const boundWords: Record<string, { most: string; least: string }> = {
  string: { most: 'has more characters than', least: 'has fewer characters than' },
  array: { most: 'has more entries than', least: 'has fewer entries than' },
}

const isEmpty = (value: unknown): boolean => value === undefined || value === ''

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value
  for (const key of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return at
}

/** Fields that a person knows by another name than their path. */
const known: Record<string, string> = {
  '': 'description',
  'owner.name': 'owner',
  'license.spdx': 'license',
  'framework.name': 'framework',
  'training.dataHash': 'digest of the training data',
  'training.dataSource': 'training data',
  'training.dataSize': 'size of the training data',
  'training.dataRange': 'time that the data covers',
  'training.trainedAt': 'day of the training',
  'change.type': 'kind of change',
  'change.releaseNotes': 'release notes',
  'change.apiVersion': 'API version',
}
const plurals: Record<string, string> = { classes: 'class', libraries: 'library' }

/** Tables whose rows a person names: the row is called by its own name. */
const tables: readonly (readonly [prefix: readonly string[], row: string])[] = [
  [['evaluation', 'overall', 'custom'], 'metric'],
  [['training', 'hyperparameters'], 'hyperparameter'],
  [['libraries'], 'version of the library'],
]

/** inputs.0.fields.2.name: "name of field 3 of input 1". */
function nameOf(path: readonly PropertyKey[]): string {
  const written = known[path.map(String).join('.')]
  if (written !== undefined) return written
  const table = tables.find(
    ([prefix]) => path.length === prefix.length + 1 && prefix.every((part, at) => part === path[at]),
  )
  if (table) return `${table[1]} "${String(path.at(-1))}"`
  const words: string[] = []
  for (const part of path) {
    const last = words.at(-1)
    if (typeof part === 'number' && last !== undefined)
      words[words.length - 1] = `${plurals[last] ?? last.replace(/s$/, '')} ${part + 1}`
    else
      words.push(
        String(part)
          .replaceAll(/[A-Z]/g, (letter) => ` ${letter}`)
          .toLowerCase(),
      )
  }
  return words.toReversed().join(' of ')
}
