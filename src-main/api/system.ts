/** Handlers of the node itself, its jobs, keys, publishers and logins. */

import { createKey, listKeys, revokeKey, rotateKey } from '../flows/access/keys.ts'
import { checkLink, claimLink, enter, leave, loginState, setPassword } from '../flows/access/login.ts'
import { newLoginLink } from '../flows/access/login-link.ts'
import {
  exportOwnKey,
  importOwnKey,
  listPublishers,
  ownPublisher,
  removePublisher,
  renameOwn,
  rotateOwnKey,
  trustPublisher,
} from '../flows/access/publishers.ts'
import { whileAdmitted } from '../flows/access/while-admitted.ts'
import { cancelJob, findJob, listJobs, retryJob, watchJob } from '../flows/jobs.ts'
import { restartServing } from '../flows/serve/deploy.ts'
import { startBackup } from '../flows/upkeep/backup.ts'
import { modelMemory, setModelMemory } from '../flows/upkeep/model-memory.ts'
import { nodeStatus } from '../flows/upkeep/node-status.ts'
import { removeSamples } from '../flows/upkeep/samples.ts'
import { api } from './implementer.ts'

export const system = api.system.router({
  status: api.system.status.handler(({ context }) => nodeStatus(context.node)),
  events: api.system.events.handler(({ context, signal }) =>
    whileAdmitted(context.node, context.standing, signal, (until) => context.node.events.listen(until)),
  ),
  devices: api.system.devices.handler(({ context }) => context.node.serving.devices()),
  modelMemory: api.system.modelMemory.handler(({ context }) => modelMemory(context.node)),
  setModelMemory: api.system.setModelMemory.handler(({ context, input }) =>
    setModelMemory(context.node, context.actor, input.bytes),
  ),
  restartServing: api.system.restartServing.handler(({ context }) =>
    restartServing(context.node, context.actor),
  ),
  installSamples: api.system.installSamples.handler(({ context }) => ({
    jobId: context.node.jobs.submit('samples', 'Sample models', { actor: context.actor.name }),
  })),
  removeSamples: api.system.removeSamples.handler(({ context }) =>
    removeSamples(context.node, context.actor),
  ),
  backup: api.system.backup.handler(({ context, input }) => ({
    jobId: startBackup(context.node, context.actor, input.directory),
  })),
  collect: api.system.collect.handler(({ context }) => ({
    jobId: context.node.jobs.submit('collect', 'Stored artifacts', { actor: context.actor.name }),
  })),
})

export const jobs = api.jobs.router({
  list: api.jobs.list.handler(({ context, input }) => listJobs(context.node, input)),
  get: api.jobs.get.handler(({ context, input }) => findJob(context.node, input.id)),
  watch: api.jobs.watch.handler(({ context, input, signal }) =>
    whileAdmitted(context.node, context.standing, signal, (until) => watchJob(context.node, input.id, until)),
  ),
  cancel: api.jobs.cancel.handler(({ context, input }) => cancelJob(context.node, context.actor, input.id)),
  retry: api.jobs.retry.handler(({ context, input }) => retryJob(context.node, context.actor, input.id)),
})

export const keys = api.keys.router({
  list: api.keys.list.handler(({ context, input }) => listKeys(context.node, input)),
  create: api.keys.create.handler(({ context, input }) => createKey(context.node, context.actor, input)),
  rotate: api.keys.rotate.handler(({ context, input }) => rotateKey(context.node, context.actor, input)),
  revoke: api.keys.revoke.handler(({ context, input }) => revokeKey(context.node, context.actor, input.id)),
})

export const publishers = api.publishers.router({
  list: api.publishers.list.handler(({ context, input }) => listPublishers(context.node, input)),
  trust: api.publishers.trust.handler(({ context, input }) =>
    trustPublisher(context.node, context.actor, input),
  ),
  remove: api.publishers.remove.handler(({ context, input }) =>
    removePublisher(context.node, context.actor, input.name),
  ),
  own: api.publishers.own.handler(({ context }) => ownPublisher(context.node)),
  rename: api.publishers.rename.handler(({ context, input }) =>
    renameOwn(context.node, context.actor, input.name),
  ),
  exportKey: api.publishers.exportKey.handler(({ context, input }) =>
    exportOwnKey(context.node, context.actor, input.passphrase),
  ),
  importKey: api.publishers.importKey.handler(({ context, input }) =>
    importOwnKey(context.node, context.actor, input),
  ),
  rotate: api.publishers.rotate.handler(({ context }) => rotateOwnKey(context.node, context.actor)),
})

export const login = api.login.router({
  state: api.login.state.handler(({ context }) => loginState(context.node, context.actor)),
  link: api.login.link.handler(({ context }) => newLoginLink(context.node, context.actor)),
  check: api.login.check.handler(({ context, input }) => checkLink(context.node, context, input.token)),
  claim: api.login.claim.handler(({ context, input }) => claimLink(context.node, context, input)),
  enter: api.login.enter.handler(({ context, input }) => enter(context.node, context, input.password)),
  leave: api.login.leave.handler(({ context }) => leave(context.node, context.actor, context)),
  setPassword: api.login.setPassword.handler(({ context, input }) =>
    setPassword(context.node, context.actor, context, input),
  ),
})
