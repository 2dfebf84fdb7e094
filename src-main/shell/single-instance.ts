/**
 * One desktop app at a time: a second start hands its arguments to the first and ends. The lock is taken before
 * anything opens a database; the node's own lock on the data folder keeps a server from running beside it.
 */
import { app } from 'electron'

/** Packages named before the app is ready are kept: macOS reports a double click that early. */
export interface Started {
  onArguments(listener: (args: readonly string[], workingDirectory: string) => void): void
}

/** Undefined where another instance runs already: then there is nothing left to do but end. */
export function claimSingleInstance(): Started | undefined {
  if (!app.requestSingleInstanceLock()) return undefined
  const early: [readonly string[], string][] = [[process.argv, process.cwd()]]
  let listener = (args: readonly string[], workingDirectory: string): void => {
    early.push([args, workingDirectory])
  }
  app.on('second-instance', (_event, args, workingDirectory) => listener(args, workingDirectory))
  app.on('open-file', (event, path) => {
    event.preventDefault()
    listener(['', path], '/')
  })
  return {
    onArguments(next) {
      listener = next
      for (const [args, workingDirectory] of early.splice(0)) next(args, workingDirectory)
    },
  }
}
