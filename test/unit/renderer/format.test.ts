/** Numbers, times and names as the screens write them. */
import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatRelative,
  formatUtc,
  lowerFirst,
  shortDigest,
  versionCore,
  withShortDigests,
} from '../../../src-renderer/components/format.ts'

const now = Date.parse('2026-11-20T12:00:00.000Z')

describe('format', () => {
  it.each([
    [formatNumber(1_420_118), '1\u202f420\u202f118'],
    [formatNumber(0.5, 2), '0.50'],
    [formatBytes(999), '999 B'],
    [formatBytes(1_000), '1.00 kB'],
    [formatBytes(182_400_000), '182 MB'],
    [formatDuration(0.4), '0.40 ms'],
    [formatDuration(1_234), '1.2 s'],
    [formatDuration(184_000), '3 min 4 s'],
    [formatRelative(now + 61 * 86_400_000, now), 'in 61 days'],
    [formatRelative(now + 90 * 86_400_000 - 1_000, now), 'in 90 days'],
    [formatRelative(now - 120_000, now), '2 minutes ago'],
    [formatRelative(now - 5_000, now), 'just now'],
    [formatRelative(now + 20_000, now), 'just now'],
    [formatRelative(now + 50_000, now), 'in a moment'],
    [formatRelative(Date.UTC(2020, 0, 20, 12), now), '20 Jan 2020'],
    [formatUtc('2027-01-20T14:02:31.120Z'), '2027-01-20 14:02:31.120 UTC'],
    [formatCount(1, 'models'), '1 model'],
    [formatCount(10_000, 'models'), '10\u202f000 models'],
    [lowerFirst('Public key'), 'public key'],
    [lowerFirst('API key'), 'API key'],
    [versionCore('1.1.0+data.3'), '1.1.0'],
    [versionCore('1.1.0-rc.1'), '1.1.0-rc.1'],
    [shortDigest(`sha256:9f2c${'0'.repeat(56)}41ab`), 'sha256:9f2c…41ab'],
    [
      withShortDigests(`It is sha256:9f2c${'0'.repeat(56)}41ab, not blobs/sha256/aaaa${'b'.repeat(60)}.`),
      'It is sha256:9f2c…41ab, not blobs/sha256/aaaa…bbbb.',
    ],
  ])('writes %s', (text, expected) => {
    expect(text).toBe(expected)
  })
})
