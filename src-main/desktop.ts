/** Entry: the node behind a window (Electron). */
import { join } from 'node:path'
import { defaultDataDirectory } from './base/data-location.ts'
import { programPlace } from './base/program-place.ts'
import { createNode } from './node.ts'
import { startDesktop } from './shell/start-desktop.ts'

const place = programPlace(import.meta.dirname, import.meta.filename)
const root = join(import.meta.dirname, place.extension === '.ts' ? '..' : '../..')
const dataDirectory = defaultDataDirectory()

// Not awaited: Electron is ready only after this file has been evaluated, so waiting for it here would never end.
void startDesktop({
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
      serving: { host: '127.0.0.1', tls: null, port: 8080, portFixed: false },
      hostsAllowed: [],
      firstRunSamples: false,
      temporaryKey: true,
      logLevel: 'info',
      startChild,
      secrets,
    }),
})
