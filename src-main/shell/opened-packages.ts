/**
 * Packages that were opened with the app: a double click, the dock, or the arguments of a second start. They wait
 * here until the page takes them; opening one shows what is in it and installs nothing.
 *
 * Arguments can come from any program of this account, so all that is taken from them is the path of one existing
 * file with our extension.
 */
import { statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'
import type { FileHandle } from '../contract/shell.ts'
import type { Notify } from './notifications.ts'
import type { ShellNode } from './shell-node.ts'

export const packageExtension = '.outpost'

/** The package that these arguments name, or undefined. The first argument is the program itself. */
export function packageInArguments(args: readonly string[], workingDirectory: string): string | undefined {
  return args
    .slice(1)
    .filter((argument) => looksLikePackage(argument))
    .map((argument) => resolve(workingDirectory, argument))
    .find((path) => isFile(path))
}

function looksLikePackage(argument: string): boolean {
  if (argument.startsWith('-') || argument.includes('\0')) return false
  // A network path would make Windows log in at that host as soon as it is looked at.
  if (/^[\\/]{2}/.test(argument)) return false
  if (argument.length > limits.hostPathCharsMax) return false
  return extname(argument).toLowerCase() === packageExtension
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'ELOOP', 'ENOTDIR', 'ENAMETOOLONG', 'EPERM')) return false
    throw error
  }
}

export interface OpenedPackages {
  /** Announces a package to the page; ignored unless it is one. */
  open(args: readonly string[], workingDirectory: string): void
  /** Hands over what waits, as one-time handles. */
  take(): Promise<FileHandle[]>
}

export function createOpenedPackages(
  node: Pick<ShellNode, 'adopt'>,
  announce: () => void,
  notify: Notify,
): OpenedPackages {
  let waiting: string[] = []
  return {
    open(args, workingDirectory) {
      const path = packageInArguments(args, workingDirectory)
      if (path === undefined || waiting.length >= limits.shellFilesMax) return
      waiting.push(path)
      announce()
    },
    async take() {
      const paths = waiting
      waiting = []
      const taken = await Promise.all(paths.map((path) => adoptOrTell(node, path, notify)))
      return taken.filter((file) => file !== undefined)
    },
  }
}

/** The file may have gone since the double click; the person is told, and the others still come. */
async function adoptOrTell(node: Pick<ShellNode, 'adopt'>, path: string, notify: Notify) {
  try {
    return await node.adopt(path)
  } catch (error) {
    if (!(error instanceof OutpostError)) throw error
    notify({ title: 'The package could not be opened', body: error.message.slice(0, limits.lineCharsMax) })
    return undefined
  }
}
