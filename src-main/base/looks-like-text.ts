/** Tells text from bytes by how a file begins, for messages about files that are not what their name says. */

/** UTF-8 without control characters but those that text has; a character that is cut off at the end is none the less text. */
export function looksLikeText(start: Uint8Array): boolean {
  if (start.length === 0) return false
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true })
    return !/[^\P{Cc}\t\n\f\r]/u.test(text)
  } catch {
    return false
  }
}
