/**
 * The one window and its coming and going: made when the app is ready, again when the dock's icon is clicked with
 * none open (macOS), and brought forward by a second start.
 */
import { app, type BrowserWindow } from 'electron'
import type { Log } from '../base/log.ts'
import type { CommandId } from '../contract/commands.ts'
import { channelsToPage } from '../contract/shell-channels.ts'
import { offerReload } from './crashes.ts'
import { type Exit, quitOnClose } from './quit.ts'
import { bringToFront, createWindow, loadPage, type WindowParts } from './window.ts'

export interface AppWindow {
  current(): BrowserWindow | undefined
  open(exit: Exit): Promise<void>
  focus(): void
  runCommand(id: CommandId): void
  announcePackages(): void
}

export function createAppWindow(parts: WindowParts, log: Log): AppWindow {
  let current: BrowserWindow | undefined

  const open = async (exit: Exit): Promise<void> => {
    const window = createWindow(parts)
    current = window
    window.on('closed', () => {
      current = undefined
    })
    quitOnClose(window, exit)
    offerReload(window, log)
    await loadPage(window)
  }

  return {
    current: () => current,
    async open(exit) {
      app.on('activate', () => {
        if (!current) void open(exit)
      })
      await open(exit)
    },
    focus() {
      if (current) bringToFront(current)
    },
    runCommand: (id) => current?.webContents.send(channelsToPage.command, id),
    announcePackages: () => current?.webContents.send(channelsToPage.packagesWaiting),
  }
}
