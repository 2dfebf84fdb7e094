/** Reads the cases of a suite, one JSON object a line, one after the other. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { OutpostError } from '../../base/errors.ts'
import { parseJsonAs } from '../../base/json.ts'
import { limits } from '../../contract/limits.ts'
import { type SuiteCase, suiteCase } from '../../contract/suite.ts'
import type { SourceFile } from '../archive/package-source.ts'

/** Throws DESCRIPTOR_INVALID with the number of the line; the file's size was bounded when it was packed. */
export async function* readSuite(content: SourceFile['content']): AsyncGenerator<SuiteCase, void> {
  const ids = new Set<string>()
  let number = 0
  const stream =
    'file' in content ? createReadStream(content.file, 'utf8') : Readable.from([content.buffer.toString()])
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      if (line.trim() === '') continue
      const where = `Line ${number} of the suite`
      if (line.length > limits.suiteLineBytesMax)
        throw new OutpostError('DESCRIPTOR_INVALID', `${where} is too long.`)
      const entry = parseJsonAs(suiteCase, line, 'DESCRIPTOR_INVALID', where)
      if (ids.has(entry.id))
        throw new OutpostError('DESCRIPTOR_INVALID', `${where} has the id "${entry.id}" again.`)
      ids.add(entry.id)
      yield entry
    }
  } finally {
    stream.destroy()
  }
}
