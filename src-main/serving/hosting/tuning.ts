/** The measured search of a model that has just been loaded, one at a time, so that two do not disturb each other. */
import type { Tensor } from '../../base/tensors.ts'
import { createTurns } from '../../base/turns.ts'
import { limits } from '../../contract/limits.ts'
import type { Engine, Tuning } from '../../engine/engine.ts'

const inTurn = createTurns()

export const tuneModel = (engine: Engine, key: string, inputs: Tensor[]): Promise<Tuning | null> =>
  inTurn('tune', () => engine.tune(key, inputs, limits.tuningMsMax))
