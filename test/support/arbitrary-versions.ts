/** Versions of every kind that the grammar knows, for property tests. */
import fc from 'fast-check'

const number = fc.oneof(fc.nat(3), fc.nat(30), fc.nat(99_999_998))
const triple = fc.tuple(number, number, number).map((numbers) => numbers.join('.'))
const identifier = fc.oneof(
  fc.nat(120).map(String),
  fc.constantFrom('alpha', 'beta', 'rc', 'a', 'a-', 'A', 'x1', '-', '0a', 'alpha0'),
)
const fields = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'))

export const release = triple
export const anyVersion = fc
  .tuple(triple, fc.option(fields), fc.option(fields))
  .map(
    ([numbers, pre, build]) =>
      `${numbers}${pre === null ? '' : `-${pre}`}${build === null ? '' : `+${build}`}`,
  )

/** Few enough numbers that aliases and ranges often have something to choose from. */
export const closeVersion = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.option(fc.constantFrom('rc.1', 'rc.2', 'alpha'), { freq: 3 }))
  .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre === null ? '' : `-${pre}`}`)
