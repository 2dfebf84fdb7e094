/** `npm run bench`: the figures that the product is held to, those of serving apart. */
import { runParts } from './run-parts.ts'

await runParts({
  packages: async () => (await import('./packages.ts')).measurePackages,
  blobs: async () => (await import('./blobs.ts')).measureBlobs,
  start: async () => (await import('./start.ts')).measureStart,
  registry: async () => (await import('./registry.ts')).measureRegistry,
  scroll: async () => (await import('./scroll.ts')).measureScroll,
  renderer: async () => (await import('./renderer-size.ts')).measureRenderer,
})
