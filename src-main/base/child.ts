/**
 * A child process behind five calls, so that the desktop's utilityProcess and Node's fork look the same to control.
 * The composition root hands in the function that starts one; nothing else in the product forks.
 */
import { type ForkOptions, fork } from 'node:child_process'
import { outputLines } from './output-lines.ts'

export interface Child {
  readonly pid: number | undefined
  /** Lost where the child is going away: its exit says so. */
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** What it writes to its standard output and error by itself, as native code does, a line at a time. */
  onLine(listener: (line: string) => void): void
  /** Called once, when its last line was told, with the exit code, the signal's name, or the error of a process that could not be started. */
  onExit(listener: (code: number | string) => void): void
  /** SIGKILL: the only thing that ends a process whose thread is inside a native run. */
  kill(): void
}

export type StartChild = (entry: ChildEntry) => Child
type ChildEntry = 'serving' | 'lab'

/** With this set, ONNX Runtime takes the options of a session from the metadata of the model: no package may set any. */
const optionsFromModel = 'ORT_LOAD_CONFIG_FROM_MODEL'

/**
 * Without this, ONNX Runtime (from 1.29 on) reports sessions and names of models to Microsoft and leaves files in the
 * temporary folder. It counts where it is set before the library is first used, and then for all of the process.
 */
export const runtimeWithoutTelemetry = { ORT_DISABLE_TELEMETRY: '1' } as const

/** The environment of every child that loads models. */
export function childEnvironment(given: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(given).filter(([name]) => name.toUpperCase() !== optionsFromModel)
  return { ...Object.fromEntries(kept), ...runtimeWithoutTelemetry }
}

/** Headless: `child_process.fork` of the entry's file beside this program's own. */
export const forkChildren =
  (directory: string, extension: '.ts' | '.js', forkOptions: ForkOptions = {}): StartChild =>
  (entry) => {
    const child = fork(`${directory}/${entry}${extension}`, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      ...forkOptions,
      env: childEnvironment(forkOptions.env),
    })
    const onLine = outputLines(child.stdout, child.stderr)
    const neverStarted = new Promise<string>((resolve) => {
      // Without a listener a message to a child that just died would end this process.
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (child.pid === undefined) resolve(error.code ?? error.message)
      })
    })
    return {
      pid: child.pid,
      post: (message) => {
        if (child.connected) child.send(message as object)
      },
      onMessage: (listener) => void child.on('message', listener),
      onLine,
      onExit: (listener) => {
        child.once('close', (code, signal) => listener(signal ?? code ?? 0))
        void neverStarted.then(listener)
      },
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
      // Control may be gone already; its channel closes then, which is what counts.
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.on('disconnect', listener),
  }
}
