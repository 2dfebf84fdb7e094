/** What stands in the address of each page: filters and tabs, so that a view can be shared and gone back to. */
import { z } from 'zod'
import { draftStep, jobState, month, source, task } from '../src-main/contract/choices.ts'

const text = z.string().min(1).optional().catch(undefined)
const order = z.enum(['ascending', 'descending']).optional().catch(undefined)

export const modelsSearch = z.object({
  search: text,
  task: task.optional().catch(undefined),
  tag: text,
  source: source.optional().catch(undefined),
  deployed: z.enum(['true', 'false']).optional().catch(undefined),
  sort: z.enum(['updated', 'id', 'title', 'bytes', 'versions', 'relevance']).optional().catch(undefined),
  order,
})
export type ModelsSearch = z.infer<typeof modelsSearch>

export const modelTabs = ['overview', 'versions', 'files', 'schema', 'validation'] as const
export const modelSearch = z.object({
  tab: z.enum(modelTabs).optional().catch(undefined),
  version: text,
})

export const playgroundSearch = z.object({ model: text, version: text })
export const packageSearch = z.object({ step: draftStep.optional().catch(undefined) })

/** The dialog that deploys is part of the address, so that another page can open it filled in. */
export const deploymentsSearch = z.object({
  dialog: z.enum(['deploy']).optional().catch(undefined),
  model: text,
  version: text,
})

export const licenseTabs = ['licenses', 'usage', 'refusals', 'notices', 'what-if', 'site'] as const
export const licensesSearch = z.object({
  tab: z.enum(licenseTabs).optional().catch(undefined),
  /** Only the licenses of this model. */
  model: text,
  dialog: z.enum(['import', 'request']).optional().catch(undefined),
  /** What is explained, as model@version. */
  explain: text,
  /** Of the statement. */
  month: text,
})
export type LicensesSearch = z.infer<typeof licensesSearch>

export const requestsSearch = z.object({
  model: text,
  endpoint: text,
  version: text,
  outcome: z.enum(['answered', 'failed']).optional().catch(undefined),
  /** That it was counted on, and the month of UTC that it was counted in. */
  license: z.uuid().optional().catch(undefined),
  period: month.optional().catch(undefined),
  /** Minutes back from now; absent means all that is kept. */
  last: z.enum(['15', '60', '1440', '10080']).optional().catch(undefined),
  /** The call whose receipt is open. */
  id: text,
})
export type RequestsSearch = z.infer<typeof requestsSearch>

export const jobsSearch = z.object({ state: jobState.optional().catch(undefined), id: text })
export const claimSearch = z.object({ token: text })
