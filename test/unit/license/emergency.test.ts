/** Codes for the telephone: said, misheard, used once, and good for seven days. */
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import { licensePayload } from '../../../src-main/contract/license/documents.ts'
import {
  isAboutLicense,
  isAboutNode,
  makeChallenge,
  readChallenge,
} from '../../../src-main/license/emergency/challenge.ts'
import {
  emergencyCode,
  emergencySecret,
  makeEmergencyCodes,
} from '../../../src-main/license/emergency/emergency-codes.ts'
import {
  commitments,
  emergencyDuration,
  emergencyUntil,
  isEmergency,
  nextCode,
  noEmergency,
  redeem,
} from '../../../src-main/license/emergency/redeem.ts'
import { heard, spoken } from '../../../src-main/license/emergency/spoken-groups.ts'

const secret = Buffer.alloc(32, 5)
const lid = '01939f3c-0000-7000-8000-0000000000aa'
const node = `sha256:${'ab'.repeat(32)}`
const codes = makeEmergencyCodes(secret, lid)
const license = { lid, emergency: commitments(codes, lid) }
const now = Date.UTC(2026, 10, 21, 22)

const refusal = (work: () => unknown): string => {
  try {
    work()
    return ''
  } catch (error) {
    return error instanceof OutpostError && error.code === 'EMERGENCY_CODE_INVALID'
      ? error.message
      : String(error)
  }
}
const five = fc.nat(31)
const values = fc.array(five, { minLength: 18, maxLength: 18 })
const read = (text: string) => heard(text, 6, 0, 'A code')
const alphabet = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ']

describe('spoken text', () => {
  test('is heard as it was said, however it is written down', () => {
    const sloppy = fc.constantFrom(
      (text: string) => text.toLowerCase(),
      (text: string) => text.replaceAll('-', ' '),
      (text: string) => text.replaceAll('0', 'o').replaceAll('1', 'l'),
      (text: string) => text.replaceAll('0', 'O').replaceAll('1', 'i').replaceAll('-', ''),
      (text: string) => `  ${[...text].join(' ')}.\n`,
    )
    fc.assert(
      fc.property(values, sloppy, (said, write) => {
        expect(spoken(said, 0)).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/)
        expect(read(write(spoken(said, 0)))).toEqual(said)
      }),
    )
  })

  test('each wrong character and each two exchanged ones in a group are found, and the group is named', () => {
    fc.assert(
      fc.property(values, fc.nat(23), five, (said, at, other) => {
        const plain = [...spoken(said, 0).replaceAll('-', '')]
        const place = Math.floor(at / 4)
        const wrong = plain.with(at, alphabet[other] ?? '').join('')
        if (wrong !== plain.join('')) expect(refusal(() => read(wrong))).toContain(`in group ${place + 1}.`)
        for (let to = place * 4; to < place * 4 + 4; to++) {
          const exchanged = plain
            .with(at, plain[to] ?? '')
            .with(to, plain[at] ?? '')
            .join('')
          if (exchanged !== plain.join(''))
            expect(refusal(() => read(exchanged))).toContain(`in group ${place + 1}.`)
        }
      }),
    )
  })

  test('two exchanged groups are found', () => {
    fc.assert(
      fc.property(values, fc.nat(5), fc.nat(5), (said, a, b) => {
        const groups = spoken(said, 0).split('-')
        const exchanged = groups.with(a, groups[b] ?? '').with(b, groups[a] ?? '')
        if (a !== b) {
          const [first, second] = [a, b].sort()
          expect(refusal(() => read(exchanged.join('-')))).toContain(
            `in group ${Number(first) + 1}, ${Number(second) + 1}.`,
          )
        }
      }),
    )
  })

  test('anything else is refused in words, at once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(refusal(() => read(text))).toMatch(/^A code [ -~]+$/)
      }),
    )
    expect(refusal(() => read('ABCU'))).toBe('A code has no character "U".')
    expect(refusal(() => read('ABC'))).toBe('A code has 6 groups of 4 characters, 24 in all; here are 3.')
    expect(refusal(() => read('A'.repeat(10_000_000)))).toMatch(/here are 256/)
  })
})

describe('an emergency code', () => {
  test('is one of five, the same each time it is made, and told by its hash alone in the license', () => {
    expect(new Set(codes).size).toBe(5)
    expect(makeEmergencyCodes(secret, lid)).toEqual(codes)
    expect(emergencyCode(secret, lid, 3)).toBe(codes[3])
    expect(licensePayload.shape.emergency.parse(license.emergency)).toEqual(license.emergency)
    expect(makeEmergencyCodes(Buffer.alloc(32, 6), lid)).not.toContain(codes[0])
    const [key, other] = [
      generateKeyPairSync('ed25519').privateKey,
      generateKeyPairSync('ed25519').privateKey,
    ]
    expect(emergencySecret(key)).toEqual(emergencySecret(key))
    expect(emergencySecret(key)).not.toEqual(emergencySecret(other))
  })

  test('gives seven days of trusted time, once', () => {
    expect(nextCode(license.emergency, noEmergency)).toBe(0)
    const first = redeem(codes[0] ?? '', license, noEmergency, now)
    expect(first).toMatchObject({ until: now + emergencyDuration, left: 4 })
    expect(isEmergency(noEmergency, now)).toBe(false)
    expect(isEmergency(first.state, now)).toBe(true)
    expect(isEmergency(first.state, now + emergencyDuration - 1)).toBe(true)
    expect(isEmergency(first.state, now + emergencyDuration)).toBe(false)
    expect(nextCode(license.emergency, first.state)).toBe(1)
    for (const later of [now + 1, now + 100 * emergencyDuration]) {
      expect(refusal(() => redeem(codes[0] ?? '', license, first.state, later))).toBe(
        'The emergency code was used on 2026-11-21; it was good until 2026-11-28.',
      )
    }
  })

  test('a second one while the first runs adds its days to the end; after five there is none left', () => {
    let state = noEmergency
    for (const code of codes) state = redeem(code, license, state, now).state
    expect(emergencyUntil(state)).toBe(now + 5 * emergencyDuration)
    expect(nextCode(license.emergency, state)).toBeNull()
    const late = redeem(
      codes[1] ?? '',
      license,
      redeem(codes[0] ?? '', license, noEmergency, now).state,
      now + 30 * emergencyDuration,
    )
    expect(late.until).toBe(now + 31 * emergencyDuration)
  })

  test('of another license, another place, or made up opens nothing', () => {
    const other = '01939f3c-0000-7000-8000-0000000000bb'
    const foreign = makeEmergencyCodes(secret, other)
    expect(refusal(() => redeem(foreign[0] ?? '', license, noEmergency, now))).toMatch(/none of this license/)
    const shuffled = { lid, emergency: license.emergency.toReversed() }
    expect(refusal(() => redeem(codes[0] ?? '', shuffled, noEmergency, now))).toMatch(/none of this license/)
    const moved = { lid: other, emergency: license.emergency }
    expect(refusal(() => redeem(codes[0] ?? '', moved, noEmergency, now))).toMatch(/none of this license/)
    fc.assert(
      fc.property(values, (guess) => {
        expect(refusal(() => redeem(spoken(guess, 0), license, noEmergency, now))).toMatch(
          /none of this license/,
        )
      }),
    )
    expect(refusal(() => redeem(codes[0] ?? '', { lid, emergency: [] }, noEmergency, now))).toMatch(
      /none of this/,
    )
  })
})

describe('what the customer reads out', () => {
  test('tells the issuer which license, which machine and which code', () => {
    const text = makeChallenge(lid, node, 2)
    expect(text).toMatch(/^\w{4}-\w{4}-\w{4}-\w{4}$/)
    const challenge = readChallenge(text.toLowerCase().replaceAll('-', ' '))
    expect(challenge.number).toBe(2)
    expect(isAboutLicense(challenge, lid)).toBe(true)
    expect(isAboutNode(challenge, node)).toBe(true)
    expect(isAboutLicense(challenge, node)).toBe(false)
    expect(isAboutNode(challenge, lid)).toBe(false)
    expect(redeem(emergencyCode(secret, lid, challenge.number), license, noEmergency, now).left).toBe(4)
  })

  test('is never taken for a code', () => {
    fc.assert(
      fc.property(fc.array(five, { minLength: 12, maxLength: 12 }), (said) => {
        expect(refusal(() => heard(spoken(said, 16), 4, 0, 'A code'))).toContain('in group 1, 2, 3, 4.')
      }),
    )
  })
})
