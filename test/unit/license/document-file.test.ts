/** What a file is that should hold a signed document, before anything is asked of a node. */
import { expect, test } from 'vitest'
import { documentIn, refuseLength } from '../../../src-main/contract/license/document-file.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const picture = Uint8Array.from({ length: 108_254 }, (_, at) => (at * 131) % 256)
const tar = new Uint8Array(1024)
tar.set(bytes('ustar'), 257)

test('a document is its text, without the line end and the mark of an editor', () => {
  expect(documentIn('a.license', bytes('\uFEFFaa.bb.cc\r\n'))).toBe('aa.bb.cc')
})

test.each([
  ['no byte', new Uint8Array(), 'LIC_MALFORMED', 'a.jws is empty.', false],
  ['a line end', bytes('\n'), 'LIC_MALFORMED', 'a.jws is empty.', false],
  [
    'a picture',
    picture,
    'LIC_MALFORMED',
    'a.jws is no signed document, but something else of 108,254 bytes.',
    false,
  ],
  ['a package', tar, 'LIC_MALFORMED', 'a.jws is no signed document, but a package of 1,024 bytes.', true],
])('%s is told as what it is', (_, file, code, message, isPackage) => {
  expect(documentIn('a.jws', file)).toEqual({ code, message, isPackage })
})

test('what is longer than any document is refused by its length', () => {
  expect(refuseLength('a.jws', 100)).toBeNull()
  expect(refuseLength('big.outpost', 9_000_000_000)).toMatchObject({ code: 'LIC_TOO_LARGE', isPackage: true })
})
