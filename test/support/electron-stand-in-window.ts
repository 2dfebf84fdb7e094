/**
 * Electron's BrowserWindow and its webContents over a page of a real Chromium: what the shell forbids is forbidden to
 * a page that really tries it. Requests pass the session's filter, navigations and new windows the window's guards.
 */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { BrowserWindowConstructorOptions, HandlerDetails } from 'electron'
import type { Browser, Page, Request, Route } from 'playwright'
import { launchBrowser } from './browser.ts'
import { PreventableEvent, standInApp } from './electron-stand-in-app.ts'
import { ipcHandlers } from './electron-stand-in-ipc.ts'
import { preloadScript } from './electron-stand-in-page.ts'
import { standInSession } from './electron-stand-in-session.ts'
import { standIn } from './electron-stand-in-state.ts'

type OpenHandler = (details: Pick<HandlerDetails, 'url'>) => { action: 'allow' | 'deny' }

let browser: Promise<Browser> | undefined
export const standInBrowser = (): Promise<Browser> => {
  const port = process.env.OUTPOST_TEST_DEBUGGING_PORT
  browser ??= launchBrowser(port === undefined ? {} : { args: [`--remote-debugging-port=${port}`] })
  return browser
}
export const closeStandInBrowser = async (): Promise<void> => (await browser)?.close()

export class StandInWebContents extends EventEmitter {
  windowOpenHandler: OpenHandler | undefined
  readonly window: StandInWindow
  private opened: Promise<Page> | undefined
  /** True while main itself loads a page: such a navigation asks nobody. */
  private loading = false

  constructor(window: StandInWindow) {
    super()
    this.window = window
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.windowOpenHandler = handler
  }

  page(): Promise<Page> {
    this.opened ??= this.open()
    return this.opened
  }

  send(channel: string, ...args: unknown[]): void {
    const deliver = async () => {
      const page = await this.page()
      await page.evaluate(
        ([name, values]) =>
          (window as unknown as { electronReceive(name: string, values: unknown[]): void }).electronReceive(
            name,
            values,
          ),
        [channel, args] as const,
      )
    }
    deliver().catch(async (error: unknown) => {
      // What was said to a page that is gone by now reaches nobody, as in Electron.
      if (!(await this.page()).isClosed()) throw error
    })
  }

  async load(address: string): Promise<void> {
    const page = await this.page()
    this.loading = true
    try {
      await page.goto(await standInSession.toPage(address))
    } finally {
      this.loading = false
    }
  }

  private async open(): Promise<Page> {
    const context = await (await standInBrowser()).newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    await page.exposeBinding('electronInvoke', async ({ frame }, channel: string, args: unknown[]) => {
      const senderFrame = {
        parent: frame.parentFrame(),
        url: await standInSession.toApp(frame.url()),
      }
      return ipcHandlers.invoke(channel, { senderFrame, sender: this }, args)
    })
    const { preload } = this.window.options.webPreferences ?? {}
    if (preload !== undefined) {
      const paths = Object.fromEntries(standIn.droppedPaths)
      await page.addInitScript({ content: preloadScript(readFileSync(preload, 'utf8'), paths) })
    }
    await page.route('**/*', (route, request) => this.filter(route, request))
    // Requests of no page that is known are those of windows just being made.
    await context.route('**/*', async (route, request) => {
      const url = await standInSession.toApp(request.url())
      return this.mayOpen(url) ? route.continue() : route.abort('blockedbyclient')
    })
    page.on('popup', async (popup) => {
      const url = await standInSession.toApp(popup.url())
      if (!this.mayOpen(url)) await popup.close()
    })
    return page
  }

  private async filter(route: Route, request: Request): Promise<void> {
    const url = await standInSession.toApp(request.url())
    if (request.isNavigationRequest() && !this.loading) {
      const isMainFrame = request.frame().parentFrame() === null
      if (!this.mayNavigate(url, isMainFrame)) return route.abort('aborted')
    }
    let cancel = false
    standInSession.beforeRequest?.({ url }, (answer) => {
      cancel = answer.cancel ?? false
    })
    return cancel ? route.abort('blockedbyclient') : route.continue()
  }

  private mayOpen(url: string): boolean {
    return this.windowOpenHandler?.({ url }).action === 'allow'
  }

  private mayNavigate(url: string, isMainFrame: boolean): boolean {
    const event = Object.assign(new PreventableEvent(), { url, isMainFrame })
    this.emit('will-frame-navigate', event)
    if (isMainFrame) this.emit('will-navigate', event)
    return !event.defaultPrevented
  }
}

export class StandInWindow extends EventEmitter {
  readonly options: BrowserWindowConstructorOptions
  readonly webContents = new StandInWebContents(this)
  visible = false
  minimized = false
  focused = false
  background: string | undefined

  constructor(options: BrowserWindowConstructorOptions) {
    super()
    this.options = options
    this.visible = options.show ?? true
    this.background = options.backgroundColor
    standInApp.windows.add(this)
  }

  static getAllWindows(): StandInWindow[] {
    return [...standInApp.windows].filter((window) => window instanceof StandInWindow)
  }

  async loadURL(address: string): Promise<void> {
    await this.webContents.load(address)
    this.emit('ready-to-show')
    this.webContents.emit('did-finish-load')
  }
  async reload(): Promise<void> {
    await (await this.webContents.page()).reload()
  }
  show(): void {
    this.visible = true
  }
  focus(): void {
    this.focused = true
  }
  isMinimized(): boolean {
    return this.minimized
  }
  restore(): void {
    this.minimized = false
  }
  setBackgroundColor(color: string): void {
    this.background = color
  }

  close(): boolean {
    const event = new PreventableEvent()
    this.emit('close', event)
    if (event.defaultPrevented) return false
    standInApp.windows.delete(this)
    this.emit('closed')
    if (standInApp.windows.size === 0) standInApp.emit('window-all-closed')
    return true
  }
}
