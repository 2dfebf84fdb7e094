/**
 * The window: sandboxed, isolated, without Node.js in its page, and shown once it has something to show in the
 * theme's colour. Electron keeps its place and size itself (windowStatePersistence), under the window's name.
 */
import { BrowserWindow, nativeTheme } from 'electron'
import { guardNavigation } from './navigation.ts'
import { pageAddress } from './own-origin.ts'

export interface WindowParts {
  preload: string
  icon: string
  /** True outside a package: developer tools are to be had. */
  developing: boolean
}

/** The page's background in both themes (src-renderer/style), so that the window does not flash before its paint. */
const backgrounds = { light: '#F6F7F8', dark: '#0F151B' }

export const backgroundColor = (): string =>
  nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light

export function createWindow({ preload, icon, developing }: WindowParts): BrowserWindow {
  const window = new BrowserWindow({
    name: 'main',
    windowStatePersistence: true,
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Outpost',
    icon,
    backgroundColor: backgroundColor(),
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: developing,
      // The checker would download dictionaries.
      spellcheck: false,
    },
  })
  guardNavigation(window.webContents)
  window.once('ready-to-show', () => window.show())
  return window
}

export const loadPage = (window: BrowserWindow): Promise<void> => window.loadURL(pageAddress)

/** Shows a hash route such as `/jobs`; only the fragment changes, so the page stays loaded. */
export const showAddress = (window: BrowserWindow, address: string): Promise<void> =>
  window.loadURL(`${pageAddress}#${address}`)

export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
