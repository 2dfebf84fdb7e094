/** Checklist of facts on Electron, items 1 to 10: what the page is created with. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { standIn } from '../../support/electron-stand-in-state.ts'
import { type StartedDesktop, startedDesktop } from '../../support/started-desktop.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))

let desktop: StartedDesktop
beforeAll(async () => {
  desktop = await startedDesktop()
})
afterAll(() => desktop.end())

const preferences = () => desktop.window.options.webPreferences ?? {}

describe('the window', () => {
  test('1: isolates the preload from the page', () => {
    expect(preferences().contextIsolation).toBe(true)
  })
  test('2: is sandboxed, and so is every renderer of the app', () => {
    expect(preferences().sandbox).toBe(true)
    expect(standIn.sandboxEnabled).toBe(true)
  })
  test('3: has no Node.js in page, workers and frames', async () => {
    expect(preferences()).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    })
    expect(
      await desktop.page.evaluate(() => ['process', 'require'].filter((name) => name in window)),
    ).toEqual([])
  })
  test('4: keeps web security on and mixed content out', () => {
    expect(preferences()).toMatchObject({ webSecurity: true, allowRunningInsecureContent: false })
  })
  test('5: switches no experimental feature on', () => {
    expect(preferences().experimentalFeatures).toBe(false)
    expect(preferences()).not.toHaveProperty('enableBlinkFeatures')
  })
  test('6: has no webview tag, and refuses one that is attached', () => {
    expect(preferences().webviewTag).toBe(false)
    const event = {
      defaultPrevented: false,
      preventDefault: () => Object.assign(event, { defaultPrevented: true }),
    }
    desktop.window.webContents.emit('will-attach-webview', event)
    expect(event.defaultPrevented).toBe(true)
  })
  test('8: does not navigate to a file that is dropped on it', () => {
    expect(preferences().navigateOnDragDrop).toBe(false)
  })
  test('9: offers no remote module', async () => {
    expect(preferences()).not.toHaveProperty('enableRemoteModule')
    expect(await desktop.page.evaluate(() => 'remote' in window)).toBe(false)
  })
  test('10: checks no spelling, which would download dictionaries', () => {
    expect(preferences().spellcheck).toBe(false)
  })
  test('is shown once it has something to show, and keeps its place by itself', () => {
    expect(desktop.window.options).toMatchObject({ show: false, windowStatePersistence: true, name: 'main' })
    expect(desktop.window.visible).toBe(true)
  })
})
