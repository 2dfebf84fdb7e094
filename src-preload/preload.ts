/**
 * Exposes window.shell to the page: named functions and nothing else. It runs sandboxed in a world of its own; the
 * page gets copies of what passes, never Electron's objects or events.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { CommandId } from '../src-main/contract/commands.ts'
import type { FileHandle, Shell } from '../src-main/contract/shell.ts'
import { channelsToMain, channelsToPage } from '../src-main/contract/shell-channels.ts'

const shell: Shell<File> = {
  pickFiles: (purpose) => ipcRenderer.invoke(channelsToMain.pickFiles, purpose),
  adoptFiles: (files) =>
    // Only a file that came from the disk has a path here; one that a script made has none, and main refuses it.
    ipcRenderer.invoke(
      channelsToMain.adoptFiles,
      files.map((file) => webUtils.getPathForFile(file)),
    ),
  reveal: (target) => ipcRenderer.invoke(channelsToMain.reveal, target),
  notify: (message) => ipcRenderer.invoke(channelsToMain.notify, message),
  setTheme: (theme) => ipcRenderer.invoke(channelsToMain.setTheme, theme),
  onOpenPackage: (listener) => {
    const take = async () => {
      const files: FileHandle[] = await ipcRenderer.invoke(channelsToMain.takePackages)
      for (const file of files) listener(file)
    }
    const onWaiting = () => void take()
    ipcRenderer.on(channelsToPage.packagesWaiting, onWaiting)
    onWaiting()
    return () => void ipcRenderer.off(channelsToPage.packagesWaiting, onWaiting)
  },
  onCommand: (listener) => {
    const onCommand = (_event: unknown, id: CommandId) => listener(id)
    ipcRenderer.on(channelsToPage.command, onCommand)
    return () => void ipcRenderer.off(channelsToPage.command, onCommand)
  },
}

contextBridge.exposeInMainWorld('shell', shell)
