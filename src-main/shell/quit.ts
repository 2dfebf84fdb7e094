/**
 * The way out: running jobs are asked about once, the node is stopped in order, and only then do the windows close.
 * Closing the last window is quitting, except on macOS, where the app stays in the dock.
 */
import { app, type BrowserWindow } from 'electron'
import type { Log } from '../base/log.ts'
import { mayInterruptJobs } from './dialogs.ts'
import { activeJobs } from './node-questions.ts'
import type { ShellNode } from './shell-node.ts'

export interface Exit {
  /** True once the node has stopped, and windows may close without a question. */
  readonly decided: boolean
}

export function guardExit(node: ShellNode, window: () => BrowserWindow | undefined, log: Log): Exit {
  let state: 'running' | 'asking' | 'decided' = 'running'

  /** Nothing here may keep the person from quitting: the node's files survive a sudden end. */
  const tried = async <Result>(step: Promise<Result>): Promise<Result | undefined> => {
    try {
      return await step
    } catch (error) {
      log.error({ err: error }, 'quitting goes on without a step that failed')
      return undefined
    }
  }

  const leave = async () => {
    const jobs = (await tried(activeJobs(node))) ?? 0
    if (jobs > 0 && (await tried(mayInterruptJobs(window(), jobs))) === false) {
      state = 'running'
      return
    }
    await tried(node.stop())
    state = 'decided'
    app.quit()
  }

  app.on('before-quit', (event) => {
    if (state === 'decided') return
    event.preventDefault()
    if (state === 'asking') return
    state = 'asking'
    void leave()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  return {
    get decided() {
      return state === 'decided'
    },
  }
}

/** Closing the window asks the same question first, while the window still stands behind it. */
export function quitOnClose(window: BrowserWindow, exit: Exit): void {
  if (process.platform === 'darwin') return
  window.on('close', (event) => {
    if (exit.decided) return
    event.preventDefault()
    app.quit()
  })
}
