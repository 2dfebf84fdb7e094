/** Handlers of the remote engines. */
import { addEngine, changeEngine, listEngines, removeEngine } from '../flows/serve/remote-engines.ts'
import { testEngine } from '../flows/serve/test-remote.ts'
import { api } from './implementer.ts'

export const engines = api.engines.router({
  list: api.engines.list.handler(({ context }) => listEngines(context.node)),
  add: api.engines.add.handler(({ context, input }) => addEngine(context.node, context.actor, input)),
  change: api.engines.change.handler(({ context, input }) =>
    changeEngine(context.node, context.actor, input),
  ),
  test: api.engines.test.handler(({ context, input }) => testEngine(context.node, input.name)),
  remove: api.engines.remove.handler(({ context, input }) =>
    removeEngine(context.node, context.actor, input.name),
  ),
})
