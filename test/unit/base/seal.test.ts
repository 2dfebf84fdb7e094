/** A sealed secret opens for the node, the purpose and the owner that it was sealed for, and for no other. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { seal, unseal } from '../../../src-main/base/seal.ts'

const pepper = randomBytes(32)

test('it opens again, and no two seals are alike', () => {
  const sealed = seal(pepper, 'token', 'a', 'secret ü')
  expect(unseal(pepper, 'token', 'a', sealed)).toBe('secret ü')
  expect(seal(pepper, 'token', 'a', 'secret ü')).not.toBe(sealed)
})

test.each([
  ['another node', randomBytes(32), 'token', 'a', (sealed: string) => sealed],
  ['another purpose', pepper, 'webhook', 'a', (sealed: string) => sealed],
  ['another owner', pepper, 'token', 'b', (sealed: string) => sealed],
  ['a changed text', pepper, 'token', 'a', (sealed: string) => `${sealed.slice(0, -4)}AAAA`],
  ['no seal', pepper, 'token', 'a', () => 'AAAA'],
])('not for %s', (_name, key, purpose, owner, change) => {
  const sealed = change(seal(pepper, 'token', 'a', 'secret'))
  expect(() => unseal(key, purpose, owner, sealed)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }))
})

test('a tag that was cut short proves nothing', () => {
  const cut = Buffer.from(seal(pepper, 'token', 'a', ''), 'base64').subarray(0, 12 + 4)
  expect(() => unseal(pepper, 'token', 'a', cut.toString('base64'))).toThrow(
    expect.objectContaining({ code: 'KEY_INVALID' }),
  )
})
