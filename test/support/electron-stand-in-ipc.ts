/** Electron's ipcMain, for invoke and handle alone: the shell has no other kind of message. */

type Handler = (event: unknown, ...args: unknown[]) => unknown

class StandInIpc {
  private readonly handlers = new Map<string, Handler>()

  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`a second handler for '${channel}'`)
    this.handlers.set(channel, handler)
  }
  removeHandler(channel: string): void {
    this.handlers.delete(channel)
  }
  channels(): string[] {
    return [...this.handlers.keys()]
  }

  /** Values are cloned on the way, as between processes; of an error only its text arrives. */
  async invoke(
    channel: string,
    event: unknown,
    args: unknown[],
  ): Promise<{ value?: unknown; error?: string }> {
    const handler = this.handlers.get(channel)
    if (!handler) return { error: `Error: No handler registered for '${channel}'` }
    try {
      return { value: structuredClone(await handler(event, ...structuredClone(args))) }
    } catch (error) {
      return { error: String(error) }
    }
  }
}

export const ipcHandlers = new StandInIpc()
