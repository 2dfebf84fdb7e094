/**
 * What must not come undone, in a file beside the keys: which keys are the node's own, which licenses were given up,
 * revoked or bound here, which codes were used, how far the lists had come. It is sealed with a key of the node, so
 * that a row of node.db that was edited, deleted or put back from yesterday takes none of it back.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isSystemError } from '../../base/errors.ts'
import { writeFileAtomicallySync } from '../../base/files.ts'

const code = z.object({ commitment: z.string(), at: z.number(), until: z.number() })
const byName = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value).default({})

const marksSchema = z.object({
  /** Fingerprints of the node's own publisher keys. */
  own: z.array(z.string()).default([]),
  /** By the id of a license: the highest document that was installed here. */
  newest: byName(z.int()),
  /** The highest document that was given up here. */
  given: byName(z.int()),
  /** Licenses that were installed while this was their machine. */
  bound: byName(z.literal(true)),
  /** Since when too few traits are found, in milliseconds of trusted time. */
  belowSince: byName(z.number()),
  codes: byName(z.array(code)),
  revoked: byName(z.object({ iss: z.string(), at: z.int(), reason: z.string() })),
  /** By issuer: the number of the newest list of revocations, and of the newest keyset. */
  lists: byName(z.int()),
  keysets: byName(z.int()),
})
export type Marks = z.infer<typeof marksSchema>

export const noMarks: Marks = marksSchema.parse({})

export interface MarksFile {
  /** Null where there is none, or none that this node sealed. */
  read(): Marks | null
  /** On the disk when it returns, before the row that says the same. */
  change(by: (marks: Marks) => Marks): void
}

export function openMarks(path: string, key: Buffer): MarksFile {
  const macOf = (text: string) => createHmac('sha256', key).update(text).digest()
  const read = (): Marks | null => {
    let stored: string
    try {
      stored = readFileSync(path, 'utf8')
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return null
      throw error
    }
    const [text = '', mac = ''] = stored.split('\n')
    const found = Buffer.from(mac, 'hex')
    const expected = macOf(text)
    if (found.length !== expected.length || !timingSafeEqual(found, expected)) return null
    return marksSchema.parse(JSON.parse(text))
  }
  return {
    read,
    change: (by) => {
      const text = JSON.stringify(by(read() ?? noMarks))
      writeFileAtomicallySync(path, `${text}\n${macOf(text).toString('hex')}\n`, 0o600)
    },
  }
}
