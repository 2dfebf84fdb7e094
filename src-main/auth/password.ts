/**
 * The password of the headless UI as scrypt (RFC 7914) with its parameters beside it, so that they can be raised later.
 * One derivation runs at a time: each takes memory, and a burst of guesses must not take it many times.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'

export const passwordRecord = z.object({
  algorithm: z.literal('scrypt'),
  N: z
    .int()
    .min(1024)
    .max(1 << 20),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
  salt: z.string(),
  hash: z.string(),
})
export type PasswordRecord = z.infer<typeof passwordRecord>

/** OWASP's password storage cheat sheet: N=2^16, r=8, p=2 takes 64 MiB and a fifth of a second. */
const cost = { N: 1 << 16, r: 8, p: 2 }
const hashBytes = 32

/** PASSWORD_WEAK. Length alone is asked for: rules about characters make passwords worse (NIST SP 800-63B). */
export async function hashPassword(password: string): Promise<PasswordRecord> {
  const characters = [...normalized(password)].length
  if (characters < limits.passwordCharsMin || characters > limits.passwordCharsMax) {
    throw new OutpostError(
      'PASSWORD_WEAK',
      `A password has at least ${limits.passwordCharsMin} characters and at most ${limits.passwordCharsMax}.`,
      { hint: 'A few words in a row are easy to remember.' },
    )
  }
  const salt = randomBytes(16)
  const hash = await derive(password, salt, cost)
  return { algorithm: 'scrypt', ...cost, salt: salt.toString('base64'), hash: hash.toString('base64') }
}

export async function isPassword(password: string, record: PasswordRecord): Promise<boolean> {
  if (password.length > limits.passwordCharsMax * 2) return false
  const expected = Buffer.from(record.hash, 'base64')
  const found = await derive(password, Buffer.from(record.salt, 'base64'), record)
  return found.byteLength === expected.byteLength && timingSafeEqual(found, expected)
}

/** The same letters typed on another keyboard are the same password. */
const normalized = (password: string): string => password.normalize('NFKC')

let queue: Promise<unknown> = Promise.resolve()

function derive(
  password: string,
  salt: Buffer,
  { N, r, p }: { N: number; r: number; p: number },
): Promise<Buffer> {
  const work = () =>
    new Promise<Buffer>((resolve, reject) => {
      scrypt(normalized(password), salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
        error ? reject(error) : resolve(key),
      )
    })
  const result = queue.then(work, work)
  queue = result
  return result
}
