/** MODEL@VERSION as people write it; the version may be an alias or a range. */
import { OutpostError } from '../base/errors.ts'

export function parseReference(text: string): { model: string; version: string | undefined } {
  const at = text.indexOf('@')
  if (at === -1) return { model: text, version: undefined }
  return { model: text.slice(0, at), version: text.slice(at + 1) }
}

export function requireVersion(text: string): { model: string; version: string } {
  const { model, version } = parseReference(text)
  if (version) return { model, version }
  throw new OutpostError('CLI_USAGE', `Name the version as well: ${model}@1.0.0.`)
}
