/** Counts and sizes as people read them in messages: thin spaces between thousands, one unit. The UI writes the same. */

/** 12 345 678 */
export const grouped = (count: number): string => count.toLocaleString('en-US').replaceAll(',', '\u202f')

/** 1 call, 2 calls; `several` where an s is not all. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : several}`

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB']

/** Powers of 1000, as disks and file managers count. */
export function bytesText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${byteUnits[power]}`
}
