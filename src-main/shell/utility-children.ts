/**
 * The node's children on the desktop: `utilityProcess.fork`, because a packaged app cannot run itself as Node.js
 * (the runAsNode fuse is off). It takes no command to wrap the process with; a lab's limits of memory are then its
 * own to keep.
 */
import type { Readable } from 'node:stream'
import { utilityProcess } from 'electron'
import { childEnvironment, type StartChild } from '../base/child.ts'
import { outputLines } from '../base/output-lines.ts'

/** After the app is ready; `directory` holds the entries' files. */
export const forkUtilityChildren =
  (directory: string, extension: '.ts' | '.js'): StartChild =>
  (entry) => {
    const child = utilityProcess.fork(`${directory}/${entry}${extension}`, [], {
      serviceName: `Outpost ${entry}`,
      env: childEnvironment(),
      stdio: 'pipe',
    })
    const onLine = outputLines(child.stdout as Readable | null, child.stderr as Readable | null)
    let running = true
    child.once('exit', () => {
      running = false
    })
    return {
      get pid() {
        return child.pid
      },
      post: (message) => {
        if (running) child.postMessage(message)
      },
      onMessage: (listener) => void child.on('message', listener),
      onLine,
      onExit: (listener) => void child.once('exit', listener),
      kill: () => {
        // utilityProcess.kill() asks with SIGTERM, which a thread inside a native run never hears.
        if (running && child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      },
    }
  }
