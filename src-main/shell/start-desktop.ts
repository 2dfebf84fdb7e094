/**
 * The desktop's start, from the lock to the first paint. The order is the point: what protects is switched on before
 * what it protects exists, and no database is opened before this instance is known to be the only one.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, Menu, session } from 'electron'
import type { StartChild } from '../base/child.ts'
import { systemClock } from '../base/clock.ts'
import { OutpostError } from '../base/errors.ts'
import { openLog } from '../base/log.ts'
import { dataPaths } from '../store/data-paths.ts'
import { createAppWindow } from './app-window.ts'
import { logLostChildren } from './crashes.ts'
import { showStartFailure } from './dialogs.ts'
import { openIpc } from './ipc.ts'
import { menuTemplate } from './menu.ts'
import { createNotify } from './notifications.ts'
import { createOpenedPackages } from './opened-packages.ts'
import { answerPage } from './page-calls.ts'
import { pageFrom } from './page-source.ts'
import { denyPermissions } from './permissions.ts'
import { registerScheme, serveScheme } from './protocol.ts'
import { guardExit } from './quit.ts'
import { openSealedSecrets, type SealedSecrets } from './secrets.ts'
import type { ShellNode } from './shell-node.ts'
import { claimSingleInstance, type Started } from './single-instance.ts'
import { forkUtilityChildren } from './utility-children.ts'
import { confineWebRequests } from './web-requests.ts'

export interface DesktopParts {
  /** Where the entries of the children lie, and how their files end. */
  entries: { directory: string; extension: '.ts' | '.js' }
  preload: string
  icon: string
  /** The node's own; the window keeps its profile in a folder of it. */
  dataDirectory: string
  createNode(host: { startChild: StartChild; secrets: SealedSecrets | null }): Promise<ShellNode>
}

/** The same as in electron-builder.json: Windows shows notifications only under the installed app's id. */
const appId = 'dev.outpost.desktop'

export async function startDesktop(parts: DesktopParts): Promise<void> {
  const profile = join(parts.dataDirectory, 'window')
  // Electron refuses a folder that is not there yet, and would make its parents readable for others.
  mkdirSync(profile, { recursive: true, mode: 0o700 })
  app.setPath('userData', profile)
  const started = claimSingleInstance()
  if (!started) return app.quit()
  app.enableSandbox()
  app.setAppUserModelId(appId)
  registerScheme()
  await app.whenReady()
  try {
    await openDesktop(parts, started)
  } catch (error) {
    const known = error instanceof OutpostError ? error : undefined
    showStartFailure([known?.message ?? String(error), known?.hint].filter(Boolean).join('\n\n'))
    app.exit(1)
  }
}

async function openDesktop(parts: DesktopParts, started: Started): Promise<void> {
  const developing = !app.isPackaged
  const { dataDirectory } = parts
  const { log, close } = openLog({ directory: join(dataDirectory, 'logs'), level: 'info', name: 'desktop' })
  app.once('quit', () => void close())
  logLostChildren(log)

  denyPermissions(session.defaultSession)
  confineWebRequests(session.defaultSession, developing)

  const secrets = await openSealedSecrets(dataPaths(dataDirectory).sealedSecrets)
  if (secrets?.protection !== 'system-store') {
    log.warn(
      'this desktop has no secret store: whoever can read the files of this account can read its secrets',
    )
  }
  const startChild = forkUtilityChildren(parts.entries.directory, parts.entries.extension)
  const node = await parts.createNode({ startChild, secrets })
  const viteServer = developing ? process.env.ELECTRON_RENDERER_URL : undefined
  serveScheme(session.defaultSession, node, viteServer ? pageFrom(viteServer) : undefined)

  const window = createAppWindow({ preload: parts.preload, icon: parts.icon, developing }, log)
  const notify = createNotify(window.current)
  const openedPackages = createOpenedPackages(node, window.announcePackages, notify)
  answerPage(openIpc(systemClock, log), {
    node,
    dataDirectory,
    openedPackages,
    notify,
    window: window.current,
  })
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate({ platform: process.platform, appName: app.name, developing, send: window.runCommand }),
    ),
  )
  started.onArguments((args, workingDirectory) => {
    window.focus()
    openedPackages.open(args, workingDirectory)
  })
  const exit = guardExit(node, window.current, log)
  // The page shows the node's state while the node starts what it serves, and why that failed where it did.
  node.start().catch((error: unknown) => log.error({ err: error }, 'serving did not start'))
  await window.open(exit)
}
