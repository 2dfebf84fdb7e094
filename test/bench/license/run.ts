/** `npm run bench:license`: what counting and checking cost. */
import { runParts } from '../run-parts.ts'

await runParts({
  admissions: async () => (await import('./admissions.ts')).measureAdmissions,
  'sealed-weights': async () => (await import('./sealed-weights.ts')).measureSealedWeights,
})
