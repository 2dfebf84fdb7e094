/**
 * The system's dialogs. Choosing files is one; message boxes are kept for the two questions that cannot be asked in
 * the page, because the page is gone or is about to go.
 */
import { type BrowserWindow, dialog, type OpenDialogOptions } from 'electron'
import type { FilePurpose } from '../contract/shell.ts'
import { packageExtension } from './opened-packages.ts'

const dialogs: Record<FilePurpose, OpenDialogOptions> = {
  package: {
    title: 'Import a package',
    buttonLabel: 'Inspect',
    properties: ['openFile'],
    filters: [
      { name: 'Outpost package', extensions: [packageExtension.slice(1)] },
      // The sheet leads to the package that such a model needs.
      { name: 'ONNX model', extensions: ['onnx'] },
    ],
  },
  sources: {
    title: 'Add files to the package',
    buttonLabel: 'Add',
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: 'Model files', extensions: ['onnx', 'data', 'bin', 'json', 'jsonl', 'txt', 'md', 'csv'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  folder: {
    title: 'Add a folder to the package',
    buttonLabel: 'Add',
    properties: ['openDirectory'],
  },
}

/** The chosen paths, for main alone; empty when the dialog was cancelled. */
export async function pickFiles(window: BrowserWindow | undefined, purpose: FilePurpose): Promise<string[]> {
  const options = dialogs[purpose]
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  return canceled ? [] : filePaths
}

export async function mayInterruptJobs(window: BrowserWindow | undefined, jobs: number): Promise<boolean> {
  const question = {
    type: 'warning' as const,
    message: jobs === 1 ? 'One job is still running.' : `${jobs} jobs are still running.`,
    detail: 'Quitting interrupts them and stops serving. They can be started again from the Jobs screen.',
    buttons: ['Quit now', 'Keep running'],
    defaultId: 1,
    cancelId: 1,
  }
  const { response } = await (window
    ? dialog.showMessageBox(window, question)
    : dialog.showMessageBox(question))
  return response === 0
}

export async function mayReload(window: BrowserWindow, reason: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window has stopped working.',
    detail: `Its page ended (${reason}). The node and everything that it serves keep running.`,
    buttons: ['Reload the window', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 0
}

/** For what goes wrong before there is a window. */
export const showStartFailure = (message: string): void =>
  dialog.showErrorBox('Outpost could not start', message)
