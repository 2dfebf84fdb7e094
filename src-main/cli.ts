/** Entry: the command line (npx outpost). */
import { onBrokenPipe } from './base/broken-pipe.ts'
import { forkChildren } from './base/child.ts'
import { programPlace } from './base/program-place.ts'
import { isServe } from './cli/program.ts'
import { runCommandLine } from './cli/run.ts'
import { createCliHost } from './cli-host.ts'

const place = programPlace(import.meta.dirname, import.meta.filename)
const interrupted = new AbortController()
const args = process.argv.slice(2)

// The first signal asks the command to stop and undo; a second one ends it. `serve` listens for itself.
if (!isServe(args)) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(130)
      interrupted.abort()
    })
  }
}
// A reader that has seen enough is no fault, and none at all for a node that serves others.
onBrokenPipe(() => {
  if (!isServe(args)) process.exit(0)
})
process.exitCode = await runCommandLine(
  args,
  createCliHost(place, forkChildren(place.directory, place.extension), interrupted.signal),
)
