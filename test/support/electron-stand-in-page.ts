/**
 * What runs in the page for Electron: the preload, evaluated with a `require` that knows electron alone, and under
 * it ipcRenderer, webUtils and a contextBridge that copies what passes as Electron's does. The one difference is
 * that it shares the page's world, which a test of isolation must not rely on.
 */

/** Runs in the page; it must be self-contained, because it travels as text. */
function runPreload(preload: (require: unknown, module: unknown, exports: unknown) => void): void {
  type Listener = (event: object, ...args: unknown[]) => void
  interface Host {
    electronInvoke(channel: string, args: unknown[]): Promise<{ value?: unknown; error?: string }>
    electronReceive(channel: string, args: unknown[]): void
    electronPaths: Record<string, string>
  }
  if (window !== window.top) return
  const host = window as unknown as Host & Record<string, unknown>
  const listeners = new Map<string, Set<Listener>>()
  host.electronReceive = (channel, args) => {
    for (const listener of listeners.get(channel) ?? []) listener({ sender: 'ipcRenderer' }, ...args)
  }

  const copied = (value: unknown): unknown => {
    if (typeof value === 'function') return (...args: unknown[]) => copied(value(...args.map(copied)))
    if (value instanceof Promise) return value.then(copied)
    if (value instanceof File || value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(copied)
    if (Object.getPrototypeOf(value) !== Object.prototype)
      throw new TypeError('An object could not be cloned.')
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copied(part)]))
  }

  const electron = {
    contextBridge: {
      exposeInMainWorld: (name: string, api: unknown) =>
        Object.defineProperty(window, name, { value: Object.freeze(copied(api)), enumerable: true }),
    },
    ipcRenderer: {
      invoke: async (channel: string, ...args: unknown[]) => {
        const { value, error } = await host.electronInvoke(channel, args)
        if (error !== undefined) throw new Error(`Error invoking remote method '${channel}': ${error}`)
        return value
      },
      on: (channel: string, listener: Listener) => {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
      },
      off: (channel: string, listener: Listener) => listeners.get(channel)?.delete(listener),
    },
    webUtils: { getPathForFile: (file: File) => host.electronPaths[file.name] ?? '' },
  }
  const module = { exports: {} }
  const requireElectron = (name: string) => {
    if (name === 'electron') return electron
    throw new Error(`module not found: ${name}`)
  }
  preload(requireElectron, module, module.exports)
}

/** The script that goes before a page's own, from the preload's text and the paths that dropped files have. */
export const preloadScript = (preload: string, paths: Record<string, string>): string =>
  `window.electronPaths = ${JSON.stringify(paths)};\n(${runPreload})((require, module, exports) => {\n${preload}\n});`
