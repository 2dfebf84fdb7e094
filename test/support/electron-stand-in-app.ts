/** Electron's `app`: readiness, the lock of the single instance, and quitting as Electron does it, event by event. */
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { resetState, standIn } from './electron-stand-in-state.ts'

/** An event that a listener may prevent. */
export class PreventableEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

interface ClosableWindow {
  /** False where a listener prevented it. */
  close(): boolean
}

export class StandInApp extends EventEmitter {
  readonly name = 'Outpost'
  readonly windows = new Set<ClosableWindow>()
  private ended = Promise.withResolvers<number>()

  get isPackaged(): boolean {
    return standIn.packaged
  }
  private ready = Promise.resolve()

  /** Electron becomes ready when the entry has been evaluated: one that awaits whenReady() meanwhile never ends. */
  readyAfter(evaluated: Promise<void>): void {
    this.ready = evaluated
  }
  whenReady(): Promise<void> {
    return this.ready
  }
  enableSandbox(): void {
    standIn.sandboxEnabled = true
  }
  setAppUserModelId(): void {
    // Only Windows has such ids.
  }
  getPath(): string {
    return standIn.userData
  }
  setPath(_name: 'userData', path: string): void {
    if (!existsSync(path)) throw new Error(`there is no folder ${path}`)
    standIn.userData = path
  }
  requestSingleInstanceLock(): boolean {
    return standIn.firstInstance
  }

  /** before-quit, then each window's close, then the end; a listener that prevents any of these stops it. */
  quit(): void {
    const event = new PreventableEvent()
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    for (const window of [...this.windows]) if (!window.close()) return
    this.exit(0)
  }

  exit(code: number): void {
    if (standIn.exitCode !== undefined) return
    standIn.exitCode = code
    this.ended.resolve(code)
    this.emit('quit', new PreventableEvent(), code)
  }

  restart(): void {
    this.removeAllListeners()
    this.windows.clear()
    this.ended = Promise.withResolvers()
  }

  /** Resolves with the exit code. */
  whenEnded(): Promise<number> {
    return this.ended.promise
  }
}

export const standInApp = new StandInApp()

/** As if the process had just started: no window, no listener, no answer left over. */
export function resetStandIn(): void {
  resetState()
  standInApp.restart()
}
