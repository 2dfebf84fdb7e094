/** The memory that this process may hope for: the machine's, or what a container or a service was given of it. */
import { totalmem } from 'node:os'

/** Node.js reports 0, or more than any machine has, where nothing holds the process to less. */
export const machineMemory = (
  total: number = totalmem(),
  constrained: number = process.constrainedMemory(),
): number => (constrained > 0 && constrained < total ? constrained : total)
