/** Quitting asks once where jobs run, stops the node, and never hangs on one that cannot stop. */
import { BrowserWindow } from 'electron'
import { beforeEach, expect, test, vi } from 'vitest'
import { openLog } from '../../../src-main/base/log.ts'
import { guardExit, quitOnClose } from '../../../src-main/shell/quit.ts'
import type { ShellNode } from '../../../src-main/shell/shell-node.ts'
import { resetStandIn, standInApp } from '../../support/electron-stand-in-app.ts'
import { standIn } from '../../support/electron-stand-in-state.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))
beforeEach(resetStandIn)

/** An app with one window, over a node with so many jobs. */
function running(jobsActive: number, node: Partial<ShellNode> = {}) {
  const window = new BrowserWindow({})
  const place = { window, stops: 0 }
  const shellNode: ShellNode = {
    fetch: async () => Response.json({ counts: { jobsActive } }),
    start: async () => undefined,
    stop: async () => {
      place.stops += 1
    },
    adopt: async () => ({ handle: '', name: '', bytes: 0 }),
    ...node,
  }
  const { log } = openLog({ directory: null, level: 'info', name: 'test' })
  quitOnClose(
    window,
    guardExit(shellNode, () => window, log),
  )
  return place
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('without jobs it quits without a question, the node first', async () => {
  const place = running(0)
  standInApp.quit()
  expect(await standInApp.whenEnded()).toBe(0)
  expect(place.stops).toBe(1)
  expect(standIn.messageBoxes).toEqual([])
})

test.skipIf(process.platform === 'darwin')('closing the window is quitting', async () => {
  const place = running(0)
  place.window.close()
  expect(standInApp.windows.size).toBe(1)
  expect(await standInApp.whenEnded()).toBe(0)
  expect(place.stops).toBe(1)
})

test('with jobs it asks, and goes when told to', async () => {
  running(2)
  standIn.messageBoxAnswers.push(0)
  standInApp.quit()
  await standInApp.whenEnded()
  expect(standIn.messageBoxes.map(({ message }) => message)).toEqual(['2 jobs are still running.'])
})

test('with jobs it stays when told to, asks again the next time, and once at a time', async () => {
  const place = running(1)
  standInApp.quit()
  standInApp.quit()
  while (standIn.messageBoxes.length === 0) await settled()
  await settled()
  expect(standIn.messageBoxes).toHaveLength(1)
  expect(standIn.exitCode).toBeUndefined()
  expect(place.stops).toBe(0)
  standIn.messageBoxAnswers.push(0)
  standInApp.quit()
  await standInApp.whenEnded()
  expect(standIn.messageBoxes).toHaveLength(2)
})

test('a node that neither answers nor stops does not keep the person', async () => {
  const broken = async () => {
    throw new Error('broken')
  }
  running(0, { fetch: broken, stop: broken })
  standInApp.quit()
  expect(await standInApp.whenEnded()).toBe(0)
})
