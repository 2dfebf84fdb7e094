/** What the shell needs of a node: its fetch, its start and end, and the exchange of a path for a one-time handle. */
import type { FileHandle } from '../contract/shell.ts'

export interface ShellNode {
  fetch(request: Request, context?: { actor: 'owner' }): Promise<Response>
  start(): Promise<unknown>
  /** Drains and ends the children, closes the databases. */
  stop(): Promise<void>
  files: {
    /** Refuses what is not a regular file (HANDLE_INVALID). */
    adopt(path: string): Promise<FileHandle>
  }
}
