/** A page that ends by itself can be loaded again; the node is not touched by it. */
import { app, type BrowserWindow } from 'electron'
import { beforeEach, expect, test, vi } from 'vitest'
import { openLog } from '../../../src-main/base/log.ts'
import { offerReload } from '../../../src-main/shell/crashes.ts'
import { resetStandIn } from '../../support/electron-stand-in-app.ts'
import { standIn } from '../../support/electron-stand-in-state.ts'
import { StandInWindow } from '../../support/electron-stand-in-window.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))
beforeEach(resetStandIn)

function crashedWindow(reason: string) {
  const window = new StandInWindow({})
  const reloaded = vi.spyOn(window, 'reload').mockResolvedValue()
  const { log } = openLog({ directory: null, level: 'info', name: 'test' })
  offerReload(window as unknown as BrowserWindow, log)
  window.webContents.emit('render-process-gone', {}, { reason, exitCode: 139 })
  return { reloaded }
}

test('says what happened and reloads the page', async () => {
  standIn.messageBoxAnswers.push(0)
  const { reloaded } = crashedWindow('crashed')
  await expect.poll(() => reloaded.mock.calls.length).toBe(1)
  expect(standIn.messageBoxes[0]?.detail).toContain('(crashed)')
})

test('quits where that is the answer', async () => {
  standIn.messageBoxAnswers.push(1)
  const quit = new Promise((resolve) => app.once('before-quit', resolve))
  crashedWindow('oom')
  await quit
})

test('a page that ended in order is no crash', () => {
  crashedWindow('clean-exit')
  expect(standIn.messageBoxes).toEqual([])
})
