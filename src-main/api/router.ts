/** Joins the handlers into the contract's shape; what is missing does not compile. */
import { alerts, webhooks } from './alerts.ts'
import { engines } from './engines.ts'
import { api } from './implementer.ts'
import { issuing } from './issuing.ts'
import { licenses } from './licenses.ts'
import { mail } from './mail.ts'
import { drafts, models, packages } from './models.ts'
import { deployments, playground, requests } from './serving.ts'
import { jobs, keys, login, publishers, system } from './system.ts'
import { usage } from './usage.ts'

export const createRouter = () =>
  api.router({
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
  })
