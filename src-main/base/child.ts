/**
 * A child process behind four calls, so that the desktop's utilityProcess and Node's fork look the same to control.
 * The composition root hands in the function that starts one; nothing else in the product forks.
 */
import { type ForkOptions, fork } from 'node:child_process'

export interface Child {
  readonly pid: number | undefined
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, with the exit code or the signal's name. */
  onExit(listener: (code: number | string) => void): void
  /** SIGKILL: the only thing that ends a process whose thread is inside a native run. */
  kill(): void
}

export type StartChild = (entry: ChildEntry, options?: { wrap?: string[] }) => Child
type ChildEntry = 'serving' | 'lab'

/** Headless: `child_process.fork` of the entry's file beside this program's own. */
export const forkChildren =
  (directory: string, extension: '.ts' | '.js', forkOptions: ForkOptions = {}): StartChild =>
  (entry) => {
    const child = fork(`${directory}/${entry}${extension}`, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      ...forkOptions,
    })
    return {
      pid: child.pid,
      post: (message) => {
        if (child.connected) child.send(message as object)
      },
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.once('exit', (code, signal) => listener(signal ?? code ?? 0)),
      kill: () => void child.kill('SIGKILL'),
    }
  }

/** The other end: what a child uses to speak to control, whichever way it was started. */
export interface ParentChannel {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Control went away: drain, close the databases, exit. */
  onClose(listener: () => void): void
}

interface UtilityPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  on(event: 'close', listener: () => void): void
}

export function parentChannel(): ParentChannel {
  const port = (process as unknown as { parentPort?: UtilityPort }).parentPort // Electron's utilityProcess adds it
  if (port) {
    return {
      post: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', (event) => listener(event.data)),
      onClose: (listener) => port.on('close', listener),
    }
  }
  return {
    post: (message) => {
      if (process.connected) process.send?.(message)
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.on('disconnect', listener),
  }
}
