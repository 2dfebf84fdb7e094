/** The remote engines that node.db names: made, kept and ended as it changes, and looked up by whoever runs a model. */
import { OutpostError } from '../../base/errors.ts'
import { unseal } from '../../base/seal.ts'
import type { RemoteReport } from '../../contract/remote.ts'
import { remoteTokenPurpose } from '../../engine/remote/remote-token.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { listRemotes, type StoredRemote } from '../../store/tables/remote-engines.ts'
import { createRemoteEngine, type RemoteEngine } from './remote-engine.ts'

export interface RemoteEngines {
  /** Reads node.db again; one that did not change keeps its circuit. */
  follow(): void
  /** REMOTE_NOT_FOUND. */
  get(name: string): RemoteEngine
  reports(): RemoteReport[]
  close(): void
}

export function createRemoteEngines(
  db: NodeReader,
  pepper: Buffer,
  onFault: (error: unknown) => void,
): RemoteEngines {
  let engines = new Map<string, { stored: string; engine: RemoteEngine }>()

  function make({ id, name, tokenSealed, timeoutMs, ...place }: StoredRemote): RemoteEngine {
    let token: string | null = null
    try {
      token = tokenSealed === null ? null : unseal(pepper, remoteTokenPurpose, id, tokenSealed)
    } catch (error) {
      onFault(error) // without it the server refuses, and says so
    }
    return createRemoteEngine(name, { ...place, token }, timeoutMs)
  }

  return {
    follow: () => {
      const before = engines
      engines = new Map()
      for (const remote of listRemotes(db)) {
        const stored = JSON.stringify(remote)
        const known = before.get(remote.name)
        if (known?.stored === stored) engines.set(remote.name, known)
        else engines.set(remote.name, { stored, engine: make(remote) })
      }
      for (const [name, one] of before) if (engines.get(name) !== one) one.engine.close()
    },
    get: (name) => {
      const found = engines.get(name)
      if (found) return found.engine
      throw new OutpostError('REMOTE_NOT_FOUND', `There is no remote engine "${name}".`, {
        hint: 'Add it with outpost engine add, or deploy the version on a device of this machine.',
      })
    },
    reports: () => [...engines.values()].map(({ engine }) => engine.report()),
    close: () => {
      for (const { engine } of engines.values()) engine.close()
    },
  }
}
