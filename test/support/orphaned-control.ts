/** A control process that does nothing but start serving: the test kills it and looks at what is left behind. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { forkChildren } from '../../src-main/base/child.ts'
import { newId } from '../../src-main/base/ids.ts'
import { type ServingConfig, servingToControl } from '../../src-main/contract/processes.ts'

const secret = () => randomBytes(32).toString('hex')
const config: ServingConfig = {
  dataDir: process.argv[2] ?? '',
  nodeId: newId(),
  host: '127.0.0.1',
  port: 0,
  portFixed: false,
  tls: null,
  hostsAllowed: [],
  keyPepper: secret(),
  usageKey: secret(),
  internalKey: secret(),
  temporaryKeys: [],
  engineThreads: 1,
  logLevel: 'error',
}
const child = forkChildren(join(import.meta.dirname, '../../src-main'), '.ts')('serving')
child.onMessage((raw) => {
  const message = servingToControl.parse(raw)
  if (message.type === 'ready') process.send?.({ url: message.url, pid: child.pid })
})
child.post({ type: 'start', config })
