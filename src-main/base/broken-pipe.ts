/** What becomes of a process whose reader goes away: `outpost models | head` ends, a node goes on and writes to nobody. */

/** For both output streams; any other error is thrown as before. */
export function onBrokenPipe(react: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      react()
    })
  }
}
