/** A decimal number that is typed key by key, and what is said of one that is none or out of its bounds. */
import { describe, expect, test } from 'vitest'
import { decimalFault, readDecimal } from '../../../src-renderer/pages/package/decimal.ts'

const share = { min: 0, max: 1 }

describe('a decimal number as it is typed', () => {
  test('each key on the way to 0.97 leaves a number that is right so far', () => {
    const keys = ['0', '0.', '0.9', '0.97']
    expect(keys.map(readDecimal)).toEqual([0, 0, 0.9, 0.97])
    expect(keys.map((key) => decimalFault(key, share))).toEqual([null, null, null, null])
    expect(['-', '-0', '-0.', '-0.5'].map(readDecimal)).toEqual(['-', -0, -0, -0.5])
  })

  test('small scales and exponents are kept as they are', () => {
    expect(['0.0078', '.5', '1e-4', ' 2 '].map(readDecimal)).toEqual([0.0078, 0.5, 0.0001, 2])
  })

  test('what is out of its bounds is called so and not moved into them', () => {
    expect(readDecimal('97')).toBe(97)
    expect(decimalFault('97', share)).toBe('From 0 to 1')
    expect(decimalFault('-1', { min: 0 })).toBe('0 or more')
    expect(decimalFault('97', {})).toBeNull()
  })

  test('what is no number is handed on as it is written', () => {
    expect(readDecimal('97%')).toBe('97%')
    expect(decimalFault('97%', share)).toBe('This is not a number.')
    expect(decimalFault('0,97', share)).toBe('Write it with a point: 0.97')
  })

  test('nothing written is nothing', () => {
    expect([readDecimal(''), readDecimal('  ')]).toEqual([null, null])
    expect(decimalFault('', share)).toBeNull()
  })
})
