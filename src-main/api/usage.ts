/** Handlers of what was used on licenses. */
import { reportUsage } from '../flows/licenses/report-usage.ts'
import { statementOf } from '../flows/licenses/statement.ts'
import { checkUsage } from '../flows/licenses/verify-usage.ts'
import { api } from './implementer.ts'

export const usage = api.usage.router({
  statement: api.usage.statement.handler(({ context, input }) => statementOf(context.node, input.month)),
  verify: api.usage.verify.handler(({ context }) => checkUsage(context.node)),
  report: api.usage.report.handler(({ context, input }) =>
    reportUsage(context.node, context.actor, input.issuer),
  ),
})
