/**
 * What the desktop window can do that a browser cannot: the shape of `window.shell`, which the preload exposes and
 * the page alone calls. Files travel as one-time handles, never as paths, and every value is copied.
 */
import type { CommandId } from './commands.ts'

/** A file that the node holds ready for one use: the answer of PUT /api/files, or of the desktop's dialog. */
export interface FileHandle {
  handle: string
  name: string
  bytes: number
  /** Its place in a package where it came with a folder. */
  place?: string
}

/** What a dialog offers: one .outpost package, the files that a package is made of, or a folder of them. */
export type FilePurpose = 'package' | 'sources' | 'folder'

/** A place that the file manager can show. The page never learns its path. */
export type RevealTarget = { kind: 'data-folder' } | { kind: 'job-output'; jobId: string }

export type ColorTheme = 'light' | 'dark' | 'auto'

/** Generic in the dropped file, because the page's `File` does not exist where the other side is compiled. */
export interface Shell<DroppedFile> {
  /** The system's dialog; empty when it was cancelled. */
  pickFiles(purpose: FilePurpose): Promise<FileHandle[]>
  /** Hands over files, and what is in folders, that were dropped on the window, without copying bytes through the page. */
  adoptFiles(files: DroppedFile[]): Promise<FileHandle[]>
  reveal(target: RevealTarget): Promise<void>
  /** A notification of the system; a click opens `address`, a hash route such as `/jobs`. */
  notify(message: { title: string; body: string; address?: string }): Promise<void>
  /** Tells the window frame and its background which theme the page uses. */
  setTheme(theme: ColorTheme): Promise<void>
  /** A package was opened with the app (double click, dock). Returns the function that stops listening. */
  onOpenPackage(listener: (file: FileHandle) => void): () => void
  /** A command was chosen in the application's menu. Returns the function that stops listening. */
  onCommand(listener: (id: CommandId) => void): () => void
}
