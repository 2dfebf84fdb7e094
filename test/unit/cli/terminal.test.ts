/** What the terminal is given: tables, sizes, nothing that steers it, and a bar for what takes longer than a second. */
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { refuseOldNode } from '../../../src-main/base/node-version.ts'
import { bytesText, grouped } from '../../../src-main/base/quantities.ts'
import { asOutpostError } from '../../../src-main/cli/failure.ts'
import { parseReference, timeOption, wholeNumber } from '../../../src-main/cli/names.ts'
import { createTerminal, printable, table } from '../../../src-main/cli/terminal.ts'

test('columns are as wide as their widest cell, and nothing trails', () => {
  expect(
    table(
      ['Name', 'Title'],
      [
        ['acme.digits', 'Digits'],
        ['a.b', ''],
      ],
    ),
  ).toBe(['NAME         TITLE', 'acme.digits  Digits', 'a.b'].join('\n'))
  expect(table(['Name'], [])).toBe('(none)')
})

test('numbers stand below each other', () => {
  const rows = [
    ['a', '9', '1.5 kB'],
    ['b', '12', '999 B'],
  ]
  expect(table(['Name', 'Versions', 'Size'], rows)).toBe(
    ['NAME  VERSIONS    SIZE', 'a            9  1.5 kB', 'b           12   999 B'].join('\n'),
  )
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [194_560, '194.6 kB'],
  [2_500_000_000, '2.5 GB'],
  [7e15, '7000.0 TB'],
])('%d bytes read %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

test('thousands are apart', () => {
  expect([grouped(999), grouped(12_345_678)]).toEqual(['999', '12\u202f345\u202f678'])
})

test('no control character reaches the terminal, whatever a package says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/u)
    }),
  )
  expect(printable('Größe ✓ 大\n\tx')).toBe('Größe ✓ 大\n\tx')
})

test('a version is what follows the first @', () => {
  expect(parseReference('acme.digits')).toEqual({ model: 'acme.digits', version: undefined })
  expect(parseReference('acme.digits@1.2.0+data.7')).toEqual({
    model: 'acme.digits',
    version: '1.2.0+data.7',
  })
})

test('numbers and times of options are taken whole or not at all', () => {
  expect(wholeNumber(1, 500)('20')).toBe(20)
  for (const text of ['0', '501', '1.5', '-1', '1e2', '', 'x'])
    expect(() => wholeNumber(1, 500)(text)).toThrow('whole number')
  expect(timeOption('2027-01-31')).toBe('2027-01-31T00:00:00.000Z')
  for (const text of ['soon', '12', '2027-13-31']) expect(() => timeOption(text)).toThrow('ISO 8601')
})

test('a fault that nobody foresaw is INTERNAL, a file in the way is named, a stop is said', () => {
  expect(asOutpostError(new RangeError('x')).code).toBe('INTERNAL')
  const absent = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', path: '/a' })
  expect(asOutpostError(absent)).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('/a') })
  expect(asOutpostError(Object.assign(new Error('full'), { code: 'ENOSPC' })).code).toBe('DISK_FULL')
  expect(asOutpostError(new DOMException('This was aborted', 'AbortError')).code).toBe('JOB_STATE')
})

test('a Node.js that is too old is refused before anything is opened', () => {
  expect(() => refuseOldNode('20.20.2')).toThrow('22 or newer')
  expect(() => refuseOldNode('22.0.0')).not.toThrow()
  expect(() => refuseOldNode()).not.toThrow()
})

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

function terminal(isTTY: boolean) {
  const errors = Object.assign(new PassThrough(), {
    isTTY,
    columns: 80,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  })
  return {
    terminal: createTerminal(false, new PassThrough(), errors as unknown as NodeJS.WriteStream),
    drawn: () => (errors.read() as Buffer | null)?.toString() ?? '',
  }
}

test('a bar is drawn after a second, on a terminal alone', () => {
  const screen = terminal(true)
  const progress = screen.terminal.progress('Packing')
  progress.update(0.1)
  expect(screen.drawn()).toBe('')
  vi.advanceTimersByTime(1001)
  progress.update(0.5, 'model.onnx')
  expect(screen.drawn()).toContain('Packing')
  progress.end()

  const pipe = terminal(false)
  const unseen = pipe.terminal.progress('Packing')
  vi.advanceTimersByTime(5000)
  unseen.update(0.5)
  unseen.end()
  expect(pipe.drawn()).toBe('')
})
