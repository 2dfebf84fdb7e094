/** `npm run bench:serving`: how fast models answer, and what the serving process costs while it waits. */
import { runParts } from '../run-parts.ts'

await runParts({
  batcher: async () => (await import('./batcher.ts')).measureBatcher,
  neighbours: async () => (await import('./neighbours.ts')).measureNeighbours,
  memory: async () => (await import('./memory.ts')).measureMemory,
  idle: async () => (await import('./idle.ts')).measureIdle,
  http: async () => (await import('./http.ts')).measureHttp,
  detector: async () => (await import('./detector.ts')).measureDetector,
  changes: async () => (await import('./changes.ts')).measureChanges,
  soak: async () => (await import('./soak.ts')).measureSoak,
})
