/**
 * Attacks on the license document, cases 1 to 12, and beyond them every byte flipped and every length: each meets its
 * own code, nothing throws what is no refusal, and nothing is kept.
 */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { OutpostError } from '../../src-main/base/errors.ts'
import { fingerprintOf, generateSigningKey } from '../../src-main/base/signing-key.ts'
import { openDocument } from '../../src-main/license/envelope/open-document.ts'
import { signDocument } from '../../src-main/license/envelope/sign-document.ts'
import { licensePayload, testIssuer } from '../support/licenses.ts'

const issuer = testIssuer()
const { payload, text: valid } = issuer.license()
const [header = '', body = '', signature = ''] = valid.split('.')
const findKey = (kid: string) => (kid === issuer.kid ? issuer.key : null)
const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** The code of the refusal; `opened` where there is none. Anything else that is thrown fails the test. */
function codeOf(document: string | Uint8Array, find = findKey): string {
  try {
    openDocument('license', typeof document === 'string' ? Buffer.from(document) : document, find)
    return 'opened'
  } catch (error) {
    if (error instanceof OutpostError) return error.code
    throw error
  }
}

/** Signed by the issuer's real key, whatever it says. */
function signed(headerValue: unknown, payloadValue: unknown): string {
  const content = `${encode(headerValue)}.${encode(payloadValue)}`
  return `${content}.${sign(null, Buffer.from(content), issuer.key).toString('base64url')}`
}
const goodHeader = { typ: 'outpost-license+jws', alg: 'EdDSA', kid: issuer.kid }

test('a valid license opens, with what was signed', () => {
  expect(openDocument('license', Buffer.from(valid), findKey).payload).toEqual(payload)
})

test('1: one byte of the payload flipped', () => {
  const json = Buffer.from(body, 'base64url')
    .toString()
    .replace('"sub":"Example Bank"', '"sub":"Example Bonk"')
  expect(codeOf(`${header}.${encode(json)}.${signature}`)).toBe('LIC_SIG_INVALID')
})

test('1: every byte of a license flipped is refused, with a code of the document', () => {
  const bytes = Buffer.from(valid)
  const codes = new Set<string>()
  for (const [at, byte] of bytes.entries()) {
    for (const mask of [0x01, 0x20, 0x80]) {
      const changed = Buffer.from(bytes)
      changed[at] = byte ^ mask
      const code = codeOf(changed)
      expect(code, `byte ${at}, mask ${mask}`).toMatch(/^LIC_/)
      codes.add(code)
    }
  }
  expect([...codes].toSorted()).toEqual(
    expect.arrayContaining(['LIC_ENCODING', 'LIC_MALFORMED', 'LIC_SIG_INVALID']),
  )
})

test('2: signed by a key of another issuer, and a kid that nobody knows', () => {
  const other = testIssuer('other')
  expect(codeOf(other.license().text)).toBe('LIC_KEY_UNKNOWN')
  const claims = signDocument('license', payload, other.key).split('.')
  // The key of another issuer under the name of the known one.
  expect(codeOf(`${header}.${claims[1]}.${claims[2]}`)).toBe('LIC_SIG_INVALID')
})

describe('3: the algorithm is EdDSA and nothing else, before any key is looked at', () => {
  const never = () => {
    throw new Error('a key was looked for')
  }
  test.each([
    'none',
    'None',
    'HS256',
    'RS256',
    'ES256',
    'eddsa',
    'EDDSA',
    'Ed25519ph',
    '',
    null,
    1,
    ['EdDSA'],
    {},
  ])('%j', (alg) => {
    const content = `${encode({ ...goodHeader, alg })}.${body}`
    const mac = createHmac('sha256', issuer.pem).update(content).digest('base64url')
    expect(codeOf(`${content}.${mac}`, never)).toBe('LIC_ALG_FORBIDDEN')
  })
  test('a key of another kind under the right label', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(codeOf(valid, () => rsa.publicKey)).toBe('LIC_SIG_INVALID')
  })
})

describe('4: a header with a key of its own, or anything else', () => {
  test.each([
    ['jwk', { kty: 'OKP' }],
    ['jku', 'https://acme.example/keys'],
    ['x5u', 'https://acme.example/x'],
    ['x5c', ['MII']],
    ['b64', false],
    ['crit', ['exp']],
    ['cty', 'JWT'],
    ['zip', 'DEF'],
  ])('%s', (name, value) => {
    expect(codeOf(signed({ ...goodHeader, [name]: value }, payload))).toBe('LIC_HEADER_FORBIDDEN')
  })
  test('members that are missing or of another type', () => {
    expect(codeOf(signed({ typ: goodHeader.typ, alg: 'EdDSA' }, payload))).toBe('LIC_HEADER_FORBIDDEN')
    expect(codeOf(signed({ ...goodHeader, kid: 7 }, payload))).toBe('LIC_HEADER_FORBIDDEN')
    expect(codeOf(signed('[1]', payload))).toBe('LIC_ALG_FORBIDDEN')
    expect(codeOf(signed('not json', payload))).toBe('LIC_HEADER_FORBIDDEN')
    expect(
      codeOf(signed('{"typ":"outpost-license+jws","alg":"EdDSA","alg":"EdDSA","kid":"x"}', payload)),
    ).toBe('LIC_DUP_KEY')
  })
})

test('5: another kind of document in the place of a license', () => {
  expect(codeOf(issuer.revocations(1, [payload.lid]))).toBe('LIC_TYPE_MISMATCH')
  for (const typ of [
    'outpost-receipt+jws',
    'outpost-tranche+jws',
    'outpost-time+jws',
    'JWT',
    'outpost-license',
    '__proto__',
  ])
    expect(codeOf(signed({ ...goodHeader, typ }, payload)), typ).toBe('LIC_TYPE_MISMATCH')
})

test('6: cut off at every byte', () => {
  for (let length = 0; length < valid.length; length++)
    expect(codeOf(valid.slice(0, length)), `${length} bytes`).toMatch(
      /^LIC_(MALFORMED|ENCODING|SIG_INVALID)$/,
    )
})

test('7: nothing, one byte too many, and a gigabyte that is refused by its length', () => {
  expect(codeOf('')).toBe('LIC_MALFORMED')
  expect(codeOf(`${valid}${'A'.repeat(64 * 1024 + 1 - valid.length)}`)).toBe('LIC_TOO_LARGE')
  expect(codeOf(new Uint8Array(1024 ** 3))).toBe('LIC_TOO_LARGE')
})

test('8: base64url in any other spelling', () => {
  const last = signature.at(-1) ?? ''
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // 64 bytes leave four spare bits in the last character: fifteen other spellings of the same signature.
  const spellings = [...alphabet].filter(
    (one) => one !== last && alphabet.indexOf(one) >> 4 === alphabet.indexOf(last) >> 4,
  )
  expect(spellings).toHaveLength(15)
  for (const other of spellings)
    expect(codeOf(`${header}.${body}.${signature.slice(0, -1)}${other}`)).toBe('LIC_ENCODING')
  expect(codeOf(`${valid}==`)).toBe('LIC_ENCODING')
  expect(codeOf(`${valid} `)).toBe('LIC_ENCODING')
  expect(codeOf(` ${valid}`)).toBe('LIC_ENCODING')
  expect(codeOf(`${header}.${body.slice(0, 20)}\n${body.slice(20)}.${signature}`)).toBe('LIC_ENCODING')
  expect(codeOf(`${header}.${body.slice(0, 20)}+/${body.slice(22)}.${signature}`)).toBe('LIC_ENCODING')
  expect(codeOf(`${header}.${body}.${signature}.`)).toBe('LIC_MALFORMED')
})

const withJson = (change: (json: string) => string): string =>
  signed(goodHeader, change(JSON.stringify(payload)))

test('9: a member twice, also under an escape and deep inside', () => {
  expect(codeOf(withJson((json) => json.replace('{"ver":1', '{"ver":1,"ver":1')))).toBe('LIC_DUP_KEY')
  expect(codeOf(withJson((json) => json.replace('{"ver":1', '{"ver":1,"\\u0076er":1')))).toBe('LIC_DUP_KEY')
  expect(
    codeOf(withJson((json) => json.replace('"onPremise":true', '"onPremise":true,"onPremise":false'))),
  ).toBe('LIC_DUP_KEY')
})

test('10: __proto__ and constructor', () => {
  expect(codeOf(withJson((json) => json.replace('{"ver":1', '{"__proto__":{"exp":null},"ver":1')))).toBe(
    'LIC_DUP_KEY',
  )
  const polluted = withJson((json) =>
    json.replace('{"ver":1', '{"constructor":{"prototype":{"trial":true}},"ver":1'),
  )
  const opened = openDocument('license', Buffer.from(polluted), findKey).payload
  expect(opened).toEqual(payload)
  expect(Object.hasOwn(opened, 'constructor')).toBe(false)
  expect(({} as { trial?: boolean }).trial).toBeUndefined()
})

describe('11: nesting, and numbers that are none of ours', () => {
  test.each([
    [
      'nesting',
      (json: string) => json.replace('"crit":[]', `"crit":${'['.repeat(10_000)}${']'.repeat(10_000)}`),
    ],
    ['1e400', (json: string) => json.replace(/"exp":\d+/, '"exp":1e400')],
    ['a quota below zero', (json: string) => json.replace('"max":100000', '"max":-1')],
    ['half a request', (json: string) => json.replace('"max":100000', '"max":0.5')],
    ['beyond 2^53', (json: string) => json.replace('"max":100000', '"max":9007199254740993')],
    ['a text', (json: string) => json.replace('"max":100000', '"max":"100000"')],
    ['a date beyond the year 9999', (json: string) => json.replace(/"exp":\d+/, '"exp":253402300800')],
    ['an array', () => '[]'],
    ['null', () => 'null'],
    ['not JSON', () => '{"ver":1'],
  ])('%s', (_name, change) => {
    expect(codeOf(withJson(change))).toBe('LIC_SCHEMA')
  })
  test('bytes that are no UTF-8', () => {
    const content = `${header}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}`
    expect(codeOf(`${content}.${sign(null, Buffer.from(content), issuer.key).toString('base64url')}`)).toBe(
      'LIC_SCHEMA',
    )
  })
})

test('12: another form, a member that nobody knows, and one that must be known', () => {
  expect(codeOf(signed(goodHeader, { ...payload, ver: 2 }))).toBe('LIC_VERSION_UNSUPPORTED')
  expect(codeOf(signed(goodHeader, { ...payload, colour: 'blue' }))).toBe('opened')
  expect(codeOf(signed(goodHeader, { ...payload, colour: 'blue', crit: ['colour'] }))).toBe(
    'LIC_CRIT_UNKNOWN',
  )
  expect(codeOf(signed(goodHeader, { ...payload, crit: ['exp', 'terms'] }))).toBe('opened')
  expect(codeOf(signed(goodHeader, { ...payload, crit: ['toString'] }))).toBe('LIC_CRIT_UNKNOWN')
})

test('the fingerprint of a key is what its kid says, for any key', () => {
  const key = generateSigningKey()
  const document = signDocument('license', licensePayload(), key)
  const read = JSON.parse(Buffer.from(document.split('.')[0] ?? '', 'base64url').toString()) as {
    kid: string
  }
  expect(read.kid).toBe(fingerprintOf(key))
})
