/** What was used on licenses: the statement of a month, its proof, and the report to the issuer. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { month } from '../choices.ts'
import { statement, usageCheck } from '../license/usage.ts'

const tags = ['Usage']

export const usage = {
  statement: oc
    .route({
      method: 'GET',
      path: '/usage/statement',
      summary: 'What was used in a month, license by license',
      tags,
    })
    .input(z.object({ month: month.optional() }))
    .output(statement),
  verify: oc
    .route({
      method: 'GET',
      path: '/usage/verify',
      summary: 'Walk the log of calls, and hold its sums against the statements and the quotas',
      tags,
    })
    .output(usageCheck),
  report: oc
    .route({
      method: 'POST',
      path: '/usage/report',
      summary: 'Sign a report for an issuer: counts and hashes, nothing of what was asked or answered',
      tags,
    })
    .input(z.object({ issuer: z.string().min(1).max(64).optional() }))
    .output(z.object({ fileName: z.string(), document: z.string(), number: z.int() })),
}
