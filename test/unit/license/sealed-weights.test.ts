/** Weights at rest: what goes in comes out, in memory, and whatever was changed comes out as one refusal. */
import { createPrivateKey, createPublicKey, diffieHellman, encapsulate, randomBytes } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src-main/base/digest.ts'
import { OutpostError } from '../../../src-main/base/errors.ts'
import {
  contentKeyId,
  headerBytes,
  isSealed,
  tagBytes,
} from '../../../src-main/license/sealed-weights/format.ts'
import {
  inspectSealed,
  openSealed,
  openVerified,
} from '../../../src-main/license/sealed-weights/open-sealed.ts'
import { makeContentKey, sealFile } from '../../../src-main/license/sealed-weights/seal-file.ts'
import {
  generateSealingKey,
  hpkeSchedule,
  parseSealingKey,
  sealingKeyText,
  unwrapContentKey,
  wrapContentKey,
} from '../../../src-main/license/sealed-weights/wrap-key.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const key = makeContentKey()
const chunkBytes = 64
const folder = sharedFolder()
const file = join(folder, 'sealed')

async function seal(plain: Uint8Array, pieces: Uint8Array[] = [plain], chunk = chunkBytes): Promise<Buffer> {
  const parts: Buffer[] = []
  const artifact = { digest: sha256(plain), bytes: plain.byteLength }
  for await (const part of sealFile(pieces, artifact, key, chunk)) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

/** What comes out before it is noticed that the bytes are others. */
async function sealedAs(digest: string, plain: Uint8Array): Promise<Buffer> {
  const parts: Buffer[] = []
  const sealing = async () => {
    for await (const part of sealFile([plain], { digest, bytes: plain.byteLength }, key, chunkBytes))
      parts.push(Buffer.from(part))
  }
  await expect(sealing()).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' })
  return Buffer.concat(parts)
}

function open(sealed: Uint8Array, contentKey = key) {
  writeFileSync(file, sealed)
  return openSealed(file, contentKey)
}

const refused = (sealed: Uint8Array, contentKey = key) => {
  try {
    open(sealed, contentKey)
    return 'opened'
  } catch (error) {
    return error instanceof OutpostError ? error.code : String(error)
  }
}

describe('a sealed file', () => {
  test('gives back any bytes, however they came in, and shows none of them', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 200 }), async (parts, chunk) => {
        const plain = Buffer.concat(parts)
        const sealed = await seal(plain, parts, chunk)
        expect(isSealed(sealed)).toBe(true)
        const opened = open(sealed)
        expect(opened.bytes.equals(plain)).toBe(true)
        expect(opened.digest).toBe(sha256(plain))
        if (plain.byteLength >= 8) expect(sealed.includes(plain.subarray(0, 8))).toBe(false)
      }),
    )
  })

  test('of many chunks of the usual size, written nowhere else', async () => {
    const plain = randomBytes(3_000_001)
    const opened = open(await seal(plain, [plain], 1024 * 1024))
    expect(opened.bytes.equals(plain)).toBe(true)
    expect(readdirSync(folder)).toEqual(['sealed'])
    expect(inspectSealed(file)).toMatchObject({
      plainBytes: 3_000_001,
      chunkBytes: 1024 * 1024,
      digest: sha256(plain),
      keyId: contentKeyId(key),
    })
  })

  test('twice sealed is twice different', async () => {
    const plain = Buffer.alloc(200, 1)
    const [first, second] = [await seal(plain), await seal(plain)]
    expect(first.subarray(headerBytes).equals(second.subarray(headerBytes))).toBe(false)
  })

  test('each flipped bit, each length, and each byte too many is refused', async () => {
    const sealed = await seal(randomBytes(3 * chunkBytes + 10))
    for (let at = 0; at < sealed.byteLength; at++) {
      const flipped = Buffer.from(sealed)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      expect(refused(flipped), `bit at ${at}`).toBe('SEALED_INVALID')
      expect(refused(sealed.subarray(0, at)), `cut at ${at}`).toBe('SEALED_INVALID')
    }
    expect(refused(Buffer.concat([sealed, Buffer.alloc(1)]))).toBe('SEALED_INVALID')
  })

  test('chunks in another order, left out, twice, or of another file are refused', async () => {
    const plain = randomBytes(4 * chunkBytes)
    const sealed = await seal(plain)
    const step = chunkBytes + tagBytes
    const chunk = (of: Buffer, index: number) =>
      of.subarray(headerBytes + index * step, headerBytes + (index + 1) * step)
    const made = (...chunks: Buffer[]) => Buffer.concat([sealed.subarray(0, headerBytes), ...chunks])
    const [a, b, c, d] = [0, 1, 2, 3].map((index) => chunk(sealed, index)) as [Buffer, Buffer, Buffer, Buffer]
    expect(open(made(a, b, c, d)).bytes.equals(plain)).toBe(true)
    const twin = await seal(plain)
    for (const wrong of [
      made(b, a, c, d),
      made(a, b, c),
      made(a, b, d),
      made(a, a, c, d),
      made(a, b, c, d, d),
      made(a, b, c, chunk(twin, 3)),
    ]) {
      expect(refused(wrong)).toBe('SEALED_INVALID')
    }
    // Shorter in the header too: the last chunk was not made to be the last.
    const shorter = made(a, b, c)
    shorter.writeBigUInt64BE(BigInt(3 * chunkBytes), 16)
    expect(refused(shorter)).toBe('SEALED_INVALID')
  })

  test('another key and a header that asks for all memory are refused before anything is read', async () => {
    const sealed = await seal(randomBytes(100))
    expect(refused(sealed, makeContentKey())).toBe('SEALED_INVALID')
    const huge = Buffer.from(sealed)
    huge.writeBigUInt64BE(2n ** 50n, 16)
    expect(refused(huge)).toBe('SEALED_INVALID')
    huge.writeBigUInt64BE(2n ** 63n, 16)
    expect(refused(huge)).toBe('SEALED_INVALID')
    expect(refused(Buffer.alloc(0))).toBe('SEALED_INVALID')
  })

  test('what is sealed must be what it is said to be', async () => {
    const artifact = { digest: sha256(Buffer.alloc(10)), bytes: 10 }
    for (const plain of [Buffer.alloc(9), Buffer.alloc(11), Buffer.alloc(10, 1), Buffer.alloc(1000)]) {
      const sealing = (async () => {
        for await (const _part of sealFile([plain], artifact, key, 4)) void _part
      })()
      await expect(sealing).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' })
    }
  })

  test('who has the key and lies about what is sealed is found out where a package is examined', async () => {
    const honest = randomBytes(150)
    const lie = await sealedAs(sha256(randomBytes(150)), honest)
    expect(open(lie).bytes.equals(honest)).toBe(true)
    expect(() => openVerified(file, key)).toThrow(expect.objectContaining({ code: 'SEALED_INVALID' }))
    open(await seal(honest))
    expect(openVerified(file, key).bytes.equals(honest)).toBe(true)
  })
})

describe('a wrapped content key', () => {
  const context = { node: `sha256:${'ab'.repeat(32)}`, keyId: '00112233445566778899aabbccddeeff' }
  const node = generateSealingKey()
  const unwrapped = (text: string, more: Partial<typeof context> = {}, opener = node) => {
    try {
      return unwrapContentKey(text, opener, { ...context, ...more }).toString('hex')
    } catch (error) {
      return error instanceof OutpostError ? error.code : String(error)
    }
  }

  test('opens on the machine that it was made for, from the key that its request stated', () => {
    const text = wrapContentKey(key, parseSealingKey(sealingKeyText(node)), context)
    expect(text).toHaveLength(107)
    expect(unwrapped(text)).toBe(key.toString('hex'))
    expect(wrapContentKey(key, node, context)).not.toBe(text)
  })

  test('and nowhere else: another machine, node, content key, any flipped bit, any length', () => {
    const text = wrapContentKey(key, node, context)
    expect(unwrapped(text, {}, generateSealingKey())).toBe('SEALED_INVALID')
    expect(unwrapped(text, { node: `sha256:${'cd'.repeat(32)}` })).toBe('SEALED_INVALID')
    expect(unwrapped(text, { keyId: 'f'.repeat(32) })).toBe('SEALED_INVALID')
    const bytes = Buffer.from(text, 'base64url')
    for (let at = 0; at < bytes.byteLength * 8; at++) {
      const flipped = Buffer.from(bytes)
      flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7))
      expect(unwrapped(flipped.toString('base64url')), `bit ${at}`).toBe('SEALED_INVALID')
    }
    for (let length = 0; length < text.length; length++)
      expect(unwrapped(text.slice(0, length))).toBe('SEALED_INVALID')
    expect(unwrapped(`${text}=`)).toBe('SEALED_INVALID')
  })

  test('a point of small order is refused', () => {
    for (const point of [Buffer.alloc(32), Buffer.from('01'.padEnd(64, '0'), 'hex')]) {
      expect(unwrapped(Buffer.concat([point, Buffer.alloc(48)]).toString('base64url'))).toBe('SEALED_INVALID')
    }
  })

  test('is HPKE: one that another implementation (pyca/cryptography 48) made opens', () => {
    const pkcs8 = 'MC4CAQAwBQYDK2VuBCIEIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g'
    const theirs =
      'getoiklE5oL8xyUnIE9xQ2wfYBvPEAR1pPbHuTOFrjlTQ-SOK1qRoy1gguLz1V_6bo6SRssXJhstoneDGZw7MexhOpc8sIYFTpqh_BH_Yyo'
    const recipient = createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' })
    expect(unwrapped(theirs, {}, recipient)).toBe('5a'.repeat(32))
  })

  test('its shared secret is that of the DHKEM in OpenSSL', () => {
    const { sharedKey, ciphertext } = encapsulate(createPublicKey(node))
    const encapsulated = Buffer.from(ciphertext)
    const spki = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), encapsulated])
    const dh = diffieHellman({ privateKey: node, publicKey: parseSealingKey(spki.toString('base64')) })
    const raw = Buffer.from(sealingKeyText(node), 'base64').subarray(12)
    expect(hpkeSchedule(dh, encapsulated, raw, Buffer.alloc(0)).shared.equals(Buffer.from(sharedKey))).toBe(
      true,
    )
  })

  test('only X25519 in its canonical form is a key to wrap to', () => {
    const text = sealingKeyText(node)
    for (const wrong of [
      '',
      'x',
      `${text} `,
      text.slice(0, -4),
      text.replace('MCowBQYDK2Vu', 'MCowBQYDK2Vw'),
    ]) {
      expect(() => parseSealingKey(wrong)).toThrow(OutpostError)
    }
  })
})
