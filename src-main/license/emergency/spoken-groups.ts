/**
 * Text for the telephone: digits and letters of Crockford's base 32 (no I, L, O, U), in groups of four, of which the
 * last is a check over the group and its place. A wrong character, two exchanged ones and two exchanged groups are
 * always found, and the group where it went wrong can be named; other mistakes slip through one time in 32 a group.
 */
import { OutpostError } from '../../base/errors.ts'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const perGroup = 3

/** So many of the groups' characters carry 5 bits each. */
export const bitsOf = (groups: number): number => groups * perGroup * 5

/** Times x in GF(32) = GF(2)[x] / (x^5 + x^2 + 1), where any factor but zero can be undone. */
const timesX = (value: number): number => (value & 16 ? (value << 1) ^ 37 : value << 1)

/** Horner's rule: each place has another factor, so exchanging any two is found. `purpose` keeps kinds of text apart. */
function checkOf(values: readonly number[], place: number, purpose: number): number {
  const summed = [purpose + place, ...values].reduce((sum, value) => timesX(sum) ^ value, 0)
  return timesX(summed)
}

/** Below 16 groups, so that no place of one purpose is that of another. */
export type Purpose = 0 | 16

/** `values`: of 5 bits each, three a group. */
export function spoken(values: readonly number[], purpose: Purpose): string {
  const groups: string[] = []
  for (let at = 0; at < values.length; at += perGroup) {
    const group = values.slice(at, at + perGroup)
    const all = [...group, checkOf(group, at / perGroup, purpose)]
    groups.push(all.map((value) => alphabet[value] ?? '').join(''))
  }
  return groups.join('-')
}

/** As people say and type it: small letters, spaces and dashes anywhere, O for 0, I and L for 1. */
export function heard(text: string, groups: number, purpose: Purpose, what: string): number[] {
  const plain = text
    .slice(0, 256)
    .toUpperCase()
    .replaceAll(/[\s.\-–—_]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  const foreign = /[^0-9A-HJKMNP-TV-Z]/u.exec(plain)
  if (foreign !== null) {
    const shown = /^[!-~]$/.test(foreign[0]) ? ` "${foreign[0]}"` : ' like one of these'
    throw misheard(`${what} has no character${shown}.`)
  }
  const length = groups * (perGroup + 1)
  if (plain.length !== length) {
    throw misheard(
      `${what} has ${groups} groups of 4 characters, ${length} in all; here are ${plain.length}.`,
    )
  }
  const values: number[] = []
  const wrong: number[] = []
  for (let place = 0; place < groups; place++) {
    const all = [...plain.slice(place * 4, place * 4 + 4)].map((character) => alphabet.indexOf(character))
    const group = all.slice(0, perGroup)
    if (checkOf(group, place, purpose) !== all[perGroup]) wrong.push(place + 1)
    values.push(...group)
  }
  if (wrong.length > 0) throw misheard(`${what} was misheard or mistyped in group ${wrong.join(', ')}.`)
  return values
}

const misheard = (message: string): OutpostError =>
  new OutpostError('EMERGENCY_CODE_INVALID', message, {
    hint: 'Have it read out again, group by group. There is no I, L, O or U in it.',
  })

/** The first bits of `bytes`, 5 at a time. */
export function fives(bytes: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, (_, at) => {
    const bit = at * 5
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0)
    return (pair >> (11 - (bit & 7))) & 31
  })
}
