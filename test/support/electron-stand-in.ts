/**
 * Stands for the module `electron`, whose binary is not everywhere: the calls that the shell makes and no others,
 * over a real Chromium page and real child processes. In Vitest a test says
 * `vi.mock('electron', () => import('../../support/electron-stand-in.ts'))`; a whole desktop runs on it with
 * electron-stand-in-register.ts. What it cannot show is what Electron itself does with the options it is given.
 */
import { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions, MessageBoxOptions, OpenDialogOptions } from 'electron'
import { standInApp } from './electron-stand-in-app.ts'
import { StandInUtilityProcess } from './electron-stand-in-child.ts'
import { ipcHandlers } from './electron-stand-in-ipc.ts'
import { safeStorage as standInSafeStorage } from './electron-stand-in-secrets.ts'
import { privilegedSchemes, standInSession } from './electron-stand-in-session.ts'
import { standIn } from './electron-stand-in-state.ts'
import { StandInWindow } from './electron-stand-in-window.ts'

export const app = standInApp
export const BrowserWindow = StandInWindow
export const ipcMain = ipcHandlers
export const session = { defaultSession: standInSession }
export const utilityProcess = StandInUtilityProcess
export const safeStorage = standInSafeStorage

export const protocol = {
  registerSchemesAsPrivileged: (schemes: typeof privilegedSchemes) => void privilegedSchemes.push(...schemes),
}

export const Menu = {
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: MenuItemConstructorOptions[]) => {
    standIn.menu = template
  },
}

/** Both forms of Electron's: with the window they belong to, and without. */
const lastOf = <Options>(args: unknown[]): Options => args.at(-1) as Options

export const dialog = {
  showOpenDialog: async (...args: unknown[]) => {
    standIn.openDialogs.push(lastOf<OpenDialogOptions>(args))
    const filePaths = standIn.openDialogAnswers.shift()
    return { canceled: filePaths === undefined, filePaths: filePaths ?? [] }
  },
  showMessageBox: async (...args: unknown[]) => {
    const question = lastOf<MessageBoxOptions>(args)
    standIn.messageBoxes.push(question)
    return { response: standIn.messageBoxAnswers.shift() ?? question.cancelId ?? 0, checkboxChecked: false }
  },
  showErrorBox: (title: string, content: string) => void standIn.errorBoxes.push({ title, content }),
}

export class Notification extends EventEmitter {
  readonly title: string
  readonly body: string
  constructor({ title, body }: { title: string; body: string }) {
    super()
    this.title = title
    this.body = body
  }
  static isSupported(): boolean {
    return true
  }
  show(): void {
    standIn.notifications.push(this)
  }
}

export const shell = {
  openExternal: async (address: string) => void standIn.openedOutside.push(address),
  showItemInFolder: (path: string) => void standIn.shownInFolder.push(path),
}

export const nativeTheme = {
  themeSource: 'system' as 'system' | 'light' | 'dark',
  get shouldUseDarkColors(): boolean {
    return this.themeSource === 'system' ? standIn.systemDark : this.themeSource === 'dark'
  },
}
