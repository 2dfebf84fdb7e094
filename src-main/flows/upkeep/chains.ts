/** Whether the audit record and the log of calls are as they were written: each link is hashed again. Changes nothing. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { verifyAuditChain } from '../../audit/verify-chain.ts'
import { counted } from '../../base/quantities.ts'
import { verifyUsage } from '../../metering/verify-usage.ts'
import { type DataPaths, dataPaths } from '../../store/data-paths.ts'
import { inspectNodeDatabase } from '../../store/open.ts'
import { isUsageKeySealed, usageKeyPath } from '../access/secrets.ts'
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
  return [await audit(dataDirectory).catch(broken('audit')), await usage(paths).catch(broken('usage'))]
}

async function audit(dataDirectory: string): Promise<Finding> {
  const { db } = inspectNodeDatabase(dataDirectory) // its table of entries is that of the first schema
  try {
    const verdict = verifyAuditChain(db)
    return verdict.outcome === 'intact'
      ? {
          name: 'audit',
          outcome: 'good',
          message: `${counted(verdict.entries, 'entry', 'entries')}, each as it was written.`,
        }
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
async function usage(paths: DataPaths): Promise<Finding> {
  const keyPath = usageKeyPath(paths)
  if (await isUsageKeySealed(paths))
    return {
      name: 'usage',
      outcome: 'good',
      message: 'The log of calls is sealed with a key of the desktop.',
    }
  if (!existsSync(keyPath)) {
    const calls = (await readdir(paths.usage)).length > 0
    return calls
      ? { name: 'usage', outcome: 'bad', message: `The key of the log of calls is gone: ${keyPath}.` }
      : { name: 'usage', outcome: 'good', message: 'No calls are on record yet.' }
  }
  const key = Buffer.from((await readFile(keyPath, 'utf8')).trim(), 'hex')
  const { intact, records, problem } = await verifyUsage(paths.usage, key)
  return {
    name: 'usage',
    outcome: intact ? 'good' : 'bad',
    message: intact
      ? `${counted(records, 'call')} on record, each as it was written.`
      : `The log of calls: ${problem}`,
  }
}
