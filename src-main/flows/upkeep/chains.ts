/** Whether the audit record and the log of calls are as they were written: each link is hashed again. Changes nothing. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyAuditChain } from '../../audit/verify-chain.ts'
import { verifyUsage } from '../../metering/verify-usage.ts'
import { dataPaths } from '../../store/data-paths.ts'
import { inspectNodeDatabase } from '../../store/open.ts'
import type { Finding } from './finding.ts'

/** None where the folder was never used. */
export async function examineChains(dataDirectory: string): Promise<Finding[]> {
  const paths = dataPaths(dataDirectory)
  if (!existsSync(paths.nodeDatabase)) return []
  const broken =
    (name: string) =>
    (error: unknown): Finding => ({
      name,
      outcome: 'bad',
      message: (error as Error).message,
    })
  return [
    await audit(dataDirectory).catch(broken('audit')),
    await usage(paths.usage, join(paths.keys, 'usage.key')).catch(broken('usage')),
  ]
}

async function audit(dataDirectory: string): Promise<Finding> {
  const { db } = inspectNodeDatabase(dataDirectory) // its table of entries is that of the first schema
  try {
    const verdict = verifyAuditChain(db)
    return verdict.outcome === 'intact'
      ? { name: 'audit', outcome: 'good', message: `${verdict.entries} entries, each as it was written.` }
      : {
          name: 'audit',
          outcome: 'bad',
          message: `The entry ${verdict.sequence} of the audit record is ${verdict.reason}.`,
        }
  } finally {
    db.close()
  }
}

/** The key lies in a file beside the folder's own, or in the safe storage of the desktop that nobody else opens. */
async function usage(directory: string, keyPath: string): Promise<Finding> {
  if (!existsSync(keyPath))
    return {
      name: 'usage',
      outcome: 'good',
      message: 'The log of calls is sealed with a key of the desktop.',
    }
  const key = Buffer.from((await readFile(keyPath, 'utf8')).trim(), 'hex')
  const { intact, records, problem } = await verifyUsage(directory, key)
  return {
    name: 'usage',
    outcome: intact ? 'good' : 'bad',
    message: intact ? `${records} calls on record, each as it was written.` : `The log of calls: ${problem}`,
  }
}
