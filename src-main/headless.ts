/** Entry: the node on a server, with its UI in a browser. */
import { onBrokenPipe } from './base/broken-pipe.ts'
import { programPlace } from './base/program-place.ts'
import { reportFailure, runHeadless } from './headless-host.ts'

onBrokenPipe(() => undefined)
runHeadless(process.argv.slice(2), programPlace(import.meta.dirname, import.meta.filename)).then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(reportFailure(error)),
)
