/**
 * Processes that end by themselves. The page can be loaded again; the node's own children are the node's to restart.
 * No crash reporter is started: a dump holds what memory held, keys among it, and would leave this machine.
 */
import { app, type BrowserWindow } from 'electron'
import type { Log } from '../base/log.ts'
import { mayReload } from './dialogs.ts'

export function logLostChildren(log: Log): void {
  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
    log.warn({ type, reason, exitCode, name }, 'a child process has ended')
  })
}

export function offerReload(window: BrowserWindow, log: Log): void {
  window.webContents.on('render-process-gone', async (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return
    log.error({ reason, exitCode }, 'the page has ended')
    if (await mayReload(window, reason)) window.reload()
    else app.quit()
  })
}
