/** `npm run bench:license`: what counting and checking cost. */
import { runParts } from '../run-parts.ts'

await runParts({
  admissions: async () => (await import('./admissions.ts')).measureAdmissions,
  decisions: async () => (await import('./decisions.ts')).measureDecisions,
  served: async () => (await import('./served.ts')).measureServed,
  'sealed-weights': async () => (await import('./sealed-weights.ts')).measureSealedWeights,
})
