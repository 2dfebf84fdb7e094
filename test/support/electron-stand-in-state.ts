/**
 * What a test says to the stand-in for Electron (which answer a dialog gets, whether another instance runs) and what
 * it can see afterwards (what was asked, shown, opened). One per process, as Electron's own objects are.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MenuItemConstructorOptions, MessageBoxOptions, OpenDialogOptions } from 'electron'

interface ShownNotification {
  title: string
  body: string
  emit(event: 'click' | 'close'): boolean
}

const folders: string[] = []
// Tests of Vitest and of Playwright load this file, and so do processes of their own.
process.once('exit', () => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

function userDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'outpost-window-'))
  folders.push(folder)
  return folder
}

const initial = () => ({
  packaged: false,
  firstInstance: true,
  /** Answers in the order of the questions; with none left a dialog is cancelled. */
  openDialogAnswers: [] as string[][],
  messageBoxAnswers: [] as number[],
  storageBackend: 'gnome_libsecret' as 'gnome_libsecret' | 'basic_text',
  storageAvailable: true,
  systemDark: false,
  /** The path that a file chosen in the page has on the disk, by its name; a file made by a script has none. */
  droppedPaths: new Map<string, string>(),

  openDialogs: [] as OpenDialogOptions[],
  messageBoxes: [] as MessageBoxOptions[],
  errorBoxes: [] as { title: string; content: string }[],
  openedOutside: [] as string[],
  shownInFolder: [] as string[],
  notifications: [] as ShownNotification[],
  menu: [] as MenuItemConstructorOptions[],
  sandboxEnabled: false,
  /** The exit code once the app has ended. */
  exitCode: undefined as number | undefined,
  userData: userDataFolder(),
})

export const standIn = initial()

export const resetState = (): void => void Object.assign(standIn, initial())

/** The menu item of this id, wherever it stands; throws where there is none. */
export function menuItem(id: string): MenuItemConstructorOptions {
  const submenuOf = (item: MenuItemConstructorOptions) => (Array.isArray(item.submenu) ? item.submenu : [])
  const all = standIn.menu.flatMap((item) => [item, ...submenuOf(item)])
  const found = all.find((item) => item.id === id)
  if (!found) throw new Error(`the menu has no item ${id}`)
  return found
}
