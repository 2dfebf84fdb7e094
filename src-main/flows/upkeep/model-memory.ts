/** The memory that loaded models may take together: half of the machine's, unless a person or the start says otherwise. */
import { machineMemory } from '../../base/machine-memory.ts'
import type { ModelMemory } from '../../contract/api/system.ts'
import { modelMemoryBytes, modelMemorySetting } from '../../contract/hosting.ts'
import { limits } from '../../contract/limits.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'

export function modelMemory({ db, modelBytesMax: option }: NodeContext): ModelMemory {
  const setting = getSetting(db, modelMemorySetting, modelMemoryBytes.nullable())
  const machineBytes = machineMemory()
  return {
    setting,
    option,
    bytes: option ?? setting ?? machineBytes * limits.modelMemoryShare,
    machineBytes,
  }
}

/** Holds at once: where it is less, models that rest are unloaded until their next request. */
export async function setModelMemory(
  node: NodeContext,
  actor: Actor,
  bytes: number | null,
): Promise<ModelMemory> {
  audited(node, actor, { action: 'node.model-memory', object: 'serving', details: { bytes } }, () => {
    setSetting(node.db, modelMemorySetting, bytes)
    nextSnapshot(node.db)
  })
  await node.serving.apply(node.snapshot())
  node.announce('system')
  return modelMemory(node)
}
