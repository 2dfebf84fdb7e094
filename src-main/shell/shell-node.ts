/** What the shell needs of a node: its fetch, its start and end, and the exchange of a path for a one-time handle. */
import type { FileHandle } from '../contract/shell.ts'

export interface ShellNode {
  /** The window is the machine's owner; a request without that word would have to bring a key. */
  fetch(request: Request, transport: { owner: true }): Promise<Response>
  start(): Promise<void>
  /** Drains and ends the children, closes the databases. */
  stop(): Promise<void>
  /** Refuses what is not a file that can be read; its message names the file and no folder. */
  adopt(path: string): Promise<FileHandle>
}
