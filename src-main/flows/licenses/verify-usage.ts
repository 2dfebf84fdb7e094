/**
 * Whether the bill equals the log: the chain is walked record by record, what it says is summed up anew and held
 * against the statements and the quotas. The customer can do it alone, and so can the issuer with a copy.
 */
import { z } from 'zod'
import type { UsageCheck } from '../../contract/license/usage.ts'
import { verifyUsage } from '../../metering/verify-usage.ts'
import { licenseCharges } from '../../store/tables/usage-licenses.ts'
import type { NodeContext } from '../node-context.ts'
import { countedOn } from './counted.ts'

/** Of a record, what is billed. */
const billed = z.object({
  license: z.string().nullable().default(null),
  period: z.string().nullable().default(null),
  units: z.int().default(0),
})

export async function checkUsage(node: NodeContext): Promise<UsageCheck> {
  const sums = new Map<string, number>()
  const chain = await verifyUsage(node.paths.usage, node.secrets.usageKey(), (lines) => {
    for (const line of lines) {
      const { license, period, units } = billed.parse(JSON.parse(line))
      if (license === null || period === null || units === 0) continue
      const key = `${license} ${period}`
      sums.set(key, (sums.get(key) ?? 0) + units)
    }
  })
  const stated = statedUnits(node)
  const keys = [...new Set([...sums.keys(), ...stated.keys()])].toSorted()
  const accounts = keys.map((key) => {
    const [lid = '', month = ''] = key.split(' ')
    const inLog = sums.get(key) ?? 0
    const inStatement = stated.get(key) ?? 0
    return {
      lid,
      month,
      inLog,
      inStatement,
      counted: countedOn(node, lid, month)?.counted ?? null,
      equal: inLog === inStatement,
    }
  })
  const unequal = accounts.find(({ equal }) => !equal)
  const problem =
    chain.problem ??
    (unequal
      ? `The statement of ${unequal.month} says ${unequal.inStatement} for the license ${unequal.lid}, and the log ${unequal.inLog}.`
      : null)
  return {
    intact: problem === null,
    records: chain.records,
    segments: chain.segments,
    head: chain.hash,
    problem,
    accounts,
  }
}

function statedUnits(node: NodeContext): Map<string, number> {
  const stated = new Map<string, number>()
  for (const { license, period, units } of licenseCharges(node.usage, null)) {
    const key = `${license} ${period}`
    stated.set(key, (stated.get(key) ?? 0) + units)
  }
  return stated
}
