/**
 * Entry: the node behind a window (Electron). With `--cli` it is the command line instead, because a packaged app
 * cannot run a script: `outpost --cli models`.
 */
import { join } from 'node:path'
import { defaultDataDirectory } from './base/data-location.ts'
import { programPlace } from './base/program-place.ts'
import { runCommandLine } from './cli/run.ts'
import { createCliHost } from './cli-host.ts'
import { createNode } from './node.ts'
import { cliArguments, runInstead } from './shell/command-line.ts'
import { startDesktop } from './shell/start-desktop.ts'
import { forkUtilityChildren } from './shell/utility-children.ts'

const place = programPlace(import.meta.dirname, import.meta.filename)
const root = join(import.meta.dirname, place.extension === '.ts' ? '..' : '../..')
const dataDirectory = defaultDataDirectory()

const openWindow = (): Promise<void> =>
  startDesktop({
    entries: place,
    dataDirectory,
    preload: join(root, 'out/preload/preload.cjs'),
    icon: join(root, 'resources/icons/icon.png'),
    createNode: ({ startChild, secrets }) =>
      createNode({
        dataDirectory,
        rendererDirectory: place.rendererDirectory,
        samplesDirectory: place.samplesDirectory,
        version: place.version,
        host: 'desktop',
        // For the command line while the app runs; programs of this machine alone, and those with a key.
        listen: { host: '127.0.0.1', port: 0, portFixed: false, tls: null, behindProxy: false },
        serving: {
          host: '127.0.0.1',
          tls: null,
          port: 8080,
          portFixed: false,
          grpc: { port: 8081, portFixed: false },
        },
        hostsAllowed: [],
        firstRunSamples: false,
        temporaryKey: true,
        logLevel: 'info',
        startChild,
        secrets,
      }),
  })

const forCommandLine = cliArguments(process.argv)
// Not awaited: Electron is ready only after this file has been evaluated, so waiting for it here would never end.
if (forCommandLine) {
  const startChild = forkUtilityChildren(place.directory, place.extension)
  const never = new AbortController().signal // a signal ends the app, and with it what the command was doing
  void runInstead(() => runCommandLine(forCommandLine, createCliHost(place, startChild, never)))
} else {
  void openWindow()
}
