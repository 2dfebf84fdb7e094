/**
 * The API in one object: its typed client, the REST paths under /api, the OpenAPI document, the CLI's remote client
 * and the tests all come from it. A procedure is added here first (CONTRIBUTING.md).
 */
import { alerts, webhooks } from './alerts.ts'
import { drafts } from './drafts.ts'
import { engines } from './engines.ts'
import { issuing } from './issuing.ts'
import { licenses } from './licenses.ts'
import { mail } from './mail.ts'
import { models } from './models.ts'
import { packages } from './packages.ts'
import { deployments, playground, requests } from './serving.ts'
import { jobs, keys, login, publishers, system } from './system.ts'
import { usage } from './usage.ts'

export const contract = {
  system,
  models,
  packages,
  drafts,
  deployments,
  engines,
  licenses,
  issuing,
  mail,
  usage,
  playground,
  requests,
  alerts,
  webhooks,
  jobs,
  keys,
  publishers,
  login,
}
export type Contract = typeof contract
