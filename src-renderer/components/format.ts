/**
 * Numbers, sizes, durations and times as the screens write them: thin spaces between thousands, one unit, words for
 * dates. Text alone, so that tooltips, labels and tests use the same.
 */
const thin = '\u202f'

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 20 })
/** By the number of decimals; making a formatter takes longer than all the rest of a table's cell. */
const fixed = new Map<number, Intl.NumberFormat>()

function fixedTo(digits: number): Intl.NumberFormat {
  const known = fixed.get(digits)
  if (known) return known
  const made = new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  fixed.set(digits, made)
  return made
}

/** 1 420 118, with thin spaces; `digits` fixes the decimals. */
export function formatNumber(value: number, digits?: number): string {
  return (digits === undefined ? grouped : fixedTo(digits)).format(value).replaceAll(',', thin)
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Powers of 1000, as disks and file managers count; three figures. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${formatNumber(value, digits)} ${units[power]}`
}

/** 0.42 ms, 12.3 ms, 1.2 s, 3 min 4 s, 2 h 5 min. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(2)} ms`
  if (ms < 1_000) return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A share from 0 to 1 as 94.8 %. */
export const formatShare = (share: number, digits = 1): string => `${formatNumber(share * 100, digits)} %`

/** A metric: three decimals where it is a share, else fewer. */
export const formatMetric = (value: number): string =>
  Number.isInteger(value) ? formatNumber(value) : formatNumber(value, Math.abs(value) < 10 ? 3 : 2)

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** For what is read as one, such as a day: it stays in one line. */
export const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0')

/** 20 January 2027 */
export const formatDate = (at: string | number): string => unbroken(day.format(new Date(at)))
/** 14:02:31 */
export const formatClock = (at: string | number): string => clock.format(new Date(at))
/** 14:02 of today, 20 Jan 2027 of another day: where something that is counted began. */
export const formatSince = (at: string | number, now: number): string =>
  formatDate(at) === formatDate(now) ? clock.format(new Date(at)).slice(0, 5) : shortDay.format(new Date(at))
/** 2027-01-20 14:02:31.120 UTC */
export const formatUtc = (at: string | number): string =>
  `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`

const steps: readonly [ms: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

/** "2 minutes ago", "in 61 days"; 1 Jan 2026 once it is more than 90 days past, since it stands in narrow columns. */
export function formatRelative(at: string | number, now: number): string {
  const distance = new Date(at).getTime() - now
  if (distance < -90 * 86_400_000) return shortDay.format(new Date(at))
  const step = steps.find(([ms]) => Math.abs(distance) >= ms)
  // The clock of the node may be a little ahead of that of the browser.
  if (!step) return distance > 30_000 ? 'in a moment' : 'just now'
  // What is to come is rounded, so that a key of 90 days does not begin with 89.
  const whole = distance > 0 ? Math.round : Math.trunc
  return relative.format(whole(distance / step[0]), step[1])
}

/** 1.1.0 of 1.1.0+data.3: the data version does not tell two versions apart, so names can leave it out. */
export const versionCore = (version: string): string => version.split('+', 1)[0] ?? version

/** 10 000 models, 1 model: the labels of lists are regular plurals. */
export const formatCount = (count: number, plural: string): string =>
  `${formatNumber(count)} ${count === 1 ? plural.replace(/s$/, '') : plural}`

/** The same sentence with each digest in it as short as in a table; the whole stands in what can be copied. */
export const withShortDigests = (text: string): string =>
  text.replace(/\b(sha256[:/][0-9a-f]{4})[0-9a-f]{56}([0-9a-f]{4})\b/g, '$1…$2')

/** sha256:9f2c…41ab */
export function shortDigest(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':')
  return `${algorithm}:${hex.slice(0, 4)}…${hex.slice(-4)}`
}

/** As within a sentence: "API key" stays, "Public key" becomes "public key". */
export const lowerFirst = (words: string): string =>
  words.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase())
