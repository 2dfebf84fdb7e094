/** Handlers of deployments, the playground and the log of calls. */
import { deploy, removeDeployment, startDeployment, stopDeployment } from '../flows/serve/deploy.ts'
import { listDeployments } from '../flows/serve/deployment-rows.ts'
import { changeHosting, tuneAgain } from '../flows/serve/hosting.ts'
import { tensorInterface, tryModel } from '../flows/serve/playground.ts'
import { findRequest, listRequests } from '../flows/serve/requests.ts'
import { changePolicy, promoteVersion, rollBack, shiftTraffic, whichVersion } from '../flows/serve/traffic.ts'
import { transitionsOf } from '../flows/serve/transitions.ts'
import { api } from './implementer.ts'

export const deployments = api.deployments.router({
  list: api.deployments.list.handler(({ context }) => listDeployments(context.node)),
  deploy: api.deployments.deploy.handler(({ context, input }) => deploy(context.node, context.actor, input)),
  shift: api.deployments.shift.handler(({ context, input }) =>
    shiftTraffic(context.node, context.actor, input),
  ),
  promote: api.deployments.promote.handler(({ context, input }) =>
    promoteVersion(context.node, context.actor, input),
  ),
  rollBack: api.deployments.rollBack.handler(({ context, input }) =>
    rollBack(context.node, context.actor, input),
  ),
  setPolicy: api.deployments.setPolicy.handler(({ context, input }) =>
    changePolicy(context.node, context.actor, input),
  ),
  setHosting: api.deployments.setHosting.handler(({ context, input }) =>
    changeHosting(context.node, context.actor, input),
  ),
  tune: api.deployments.tune.handler(({ context, input }) =>
    tuneAgain(context.node, context.actor, input.endpoint),
  ),
  which: api.deployments.which.handler(({ context, input }) => whichVersion(context.node, input)),
  transitions: api.deployments.transitions.handler(({ context, input }) =>
    transitionsOf(context.node, input.endpoint),
  ),
  start: api.deployments.start.handler(({ context, input }) =>
    startDeployment(context.node, context.actor, input.endpoint),
  ),
  stop: api.deployments.stop.handler(({ context, input }) =>
    stopDeployment(context.node, context.actor, input.endpoint),
  ),
  remove: api.deployments.remove.handler(({ context, input }) =>
    removeDeployment(context.node, context.actor, input.endpoint),
  ),
})

export const playground = api.playground.router({
  infer: api.playground.infer.handler(({ context, input, signal }) => tryModel(context.node, input, signal)),
  interface: api.playground.interface.handler(({ context, input }) =>
    tensorInterface(context.node, input.model, input.version),
  ),
})

export const requests = api.requests.router({
  list: api.requests.list.handler(({ context, input }) => listRequests(context.node, input)),
  get: api.requests.get.handler(({ context, input }) => findRequest(context.node, input.id)),
})
