/**
 * What the command line needs of the program around it: opening a node in this process, finding one that runs, serving.
 * It stands beside node.ts because it, too, puts rooms together; the two entries that have a command line call it. The
 * node is loaded when a command opens one: help, `inspect` and what a running node answers start in half the time.
 */
import { join } from 'node:path'
import type { StartChild } from './base/child.ts'
import type { ProgramPlace } from './base/program-place.ts'
import type { CliHost } from './cli/context.ts'

export function createCliHost(place: ProgramPlace, startChild: StartChild, signal: AbortSignal): CliHost {
  return {
    version: place.version,
    programDirectory: join(place.samplesDirectory, '..', '..'),
    electronDirectory: join(place.samplesDirectory, '..', '..', 'node_modules', 'electron'),
    startChild,
    signal,
    out: process.stdout,
    errors: process.stderr,
    input: process.stdin,
    serve: async (args) => (await import('./headless-host.ts')).runHeadless(args, place),
    access: {
      findRunning: async (dataDirectory) =>
        (await import('./store/data-directory.ts')).findRunningNode(dataDirectory),
      async openLocal(dataDirectory, serving) {
        const { createNode } = await import('./node.ts')
        const node = await createNode({
          dataDirectory,
          startChild,
          host: 'headless',
          listen: null,
          serving: serving ? { host: '127.0.0.1', port: 0, portFixed: false, tls: null, grpc: null } : null,
          hostsAllowed: [],
          rendererDirectory: null,
          samplesDirectory: place.samplesDirectory,
          version: place.version,
          firstRunSamples: false,
          temporaryKey: false,
          secrets: null,
          logLevel: 'info',
        })
        await node.start()
        // What is deployed is loaded before the command asks for it.
        if (serving) await node.context.serving.apply(node.context.snapshot())
        return {
          // This account owns the folder, and so may do everything.
          fetch: (request) => node.fetch(request, { owner: true }),
          adopt: (path) => node.adopt(path),
          stop: () => node.stop(),
        }
      },
    },
  }
}
