/**
 * The command line in the desktop's binary: `--cli` is its first argument, and then no window, no lock and no menu
 * are made. Electron's own switches before it are skipped.
 */
import { app } from 'electron'

/** What follows `--cli`, or undefined where the desktop is meant. A package's path cannot pass for it. */
export function cliArguments(args: readonly string[]): string[] | undefined {
  const at = args.indexOf('--cli', 1)
  return at === -1 ? undefined : args.slice(at + 1)
}

/** Runs until the exit code is known and ends the app with it. Not to be awaited by the entry (desktop.ts says why). */
export async function runInstead(run: () => Promise<number>): Promise<void> {
  // A command may start serving or a lab, and utility processes exist only in an app that is ready.
  await app.whenReady()
  // No entry in the dock for a command that runs in a terminal (macOS alone has one).
  app.dock?.hide()
  app.exit(await run())
}
