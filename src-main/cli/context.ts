/** What every command works with: where it acts, what it writes, and what the program that hosts it can do. */
import type { StartChild } from '../base/child.ts'
import { OutpostError } from '../base/errors.ts'
import { type Connection, connect, type NodeAccess } from './connection.ts'
import type { ErrorStream, Terminal } from './terminal.ts'

export interface CliHost {
  version: string
  /** Where package.json, out and node_modules stand. */
  programDirectory: string
  /** Where a checkout has the electron package. */
  electronDirectory: string
  startChild: StartChild
  access: NodeAccess
  /** Runs the headless node until it is told to stop; resolves with the exit code. */
  serve(args: string[]): Promise<number>
  out: NodeJS.WritableStream
  errors: ErrorStream
  input: NodeJS.ReadableStream
  signal: AbortSignal
}

/** The options that each command has. */
export interface SharedOptions {
  json?: boolean
  data: string
  url?: string
  key?: string
}

export interface CliContext {
  host: CliHost
  terminal: Terminal
  options: SharedOptions
  /** Opens the node for the time of `use`; `serving` where the inference door is needed. */
  withNode<Result>(use: (node: Connection) => Promise<Result>, serving?: boolean): Promise<Result>
}

export function createContext(host: CliHost, terminal: Terminal, options: SharedOptions): CliContext {
  return {
    host,
    terminal,
    options,
    async withNode(use, serving = false) {
      const node = await connect(host.access, {
        url: options.url,
        // Meant for the node that is named: one that runs on the data folder lets its own account in.
        key: options.key ?? (options.url === undefined ? undefined : process.env.OUTPOST_KEY),
        dataDirectory: options.data,
        serving,
        signal: host.signal,
      })
      try {
        return await use(node)
      } finally {
        await node.close()
      }
    },
  }
}

/** For what is done to this machine's files, whichever node is asked. CLI_USAGE with --url. */
export function refuseUrl({ options }: CliContext, what: string): void {
  if (options.url === undefined) return
  throw new OutpostError('CLI_USAGE', `${what} works on this machine's files; --url does not fit.`)
}
