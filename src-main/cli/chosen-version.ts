/** MODEL without a version on the command line: the only one there is, else what stable names. */
import type { Client } from '../contract/api/client.ts'
import { parseReference } from './names.ts'

interface Chosen {
  model: string
  /** As the node takes it: a number, a range or an alias. */
  version: string
  /** What to tell where no version was named; otherwise empty. */
  why: string
}

export async function chosenVersion(client: Client, reference: string): Promise<Chosen> {
  const { model, version } = parseReference(reference)
  if (version) return { model, version, why: '' }
  const { rows, total } = await client.models.versions({ model, limit: 1 })
  const [only] = rows
  if (total === 1 && only)
    return { model, version: only.version, why: '\nno version was named: it is the only one' }
  return { model, version: 'stable', why: `\nno version was named: stable was taken, of ${total}` }
}
