/** What the page may ask of the desktop, channel by channel (contract/shell.ts has the same list as the page sees it). */
import { isAbsolute } from 'node:path'
import { type BrowserWindow, nativeTheme, shell } from 'electron'
import { z } from 'zod'
import { limits } from '../contract/limits.ts'
import { rowId } from '../contract/names.ts'
import type { ColorTheme, FileHandle, FilePurpose, RevealTarget } from '../contract/shell.ts'
import { channelsToMain } from '../contract/shell-channels.ts'
import { pickFiles } from './dialogs.ts'
import { filesAt } from './folder-files.ts'
import type { Answer } from './ipc.ts'
import { pathOfJobOutput } from './node-questions.ts'
import { type Notify, notificationMessage } from './notifications.ts'
import type { OpenedPackages } from './opened-packages.ts'
import type { ShellNode } from './shell-node.ts'
import { backgroundColor } from './window.ts'

export interface PageCalls {
  node: ShellNode
  dataDirectory: string
  openedPackages: OpenedPackages
  notify: Notify
  window(): BrowserWindow | undefined
}

const purpose = z.enum(['package', 'sources', 'folder']) satisfies z.ZodType<FilePurpose>
/** What the system gives of a dropped file: a whole path, never one that is read from where this process stands. */
const path = z
  .string()
  .min(1)
  .max(limits.hostPathCharsMax, { abort: true })
  .refine((text) => isAbsolute(text) && !text.includes('\0'))
const paths = z.array(path).min(1).max(limits.shellFilesMax)
const revealTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('data-folder') }),
  z.strictObject({ kind: z.literal('job-output'), jobId: rowId }),
]) satisfies z.ZodType<RevealTarget>
const theme = z.enum(['light', 'dark', 'auto']) satisfies z.ZodType<ColorTheme>

export function answerPage(
  answer: Answer,
  { node, dataDirectory, openedPackages, notify, window }: PageCalls,
): void {
  const adoptAll = async (chosen: string[]): Promise<FileHandle[]> => {
    const files = (await Promise.all(chosen.map(filesAt))).flat()
    return Promise.all(
      files.map(async ({ path, place }) => ({ ...(await node.adopt(path)), ...(place && { place }) })),
    )
  }

  answer(channelsToMain.pickFiles, purpose, async (input) => adoptAll(await pickFiles(window(), input)))

  // The preload takes these from the dropped File objects themselves; a page cannot make one for a path it chooses.
  answer(channelsToMain.adoptFiles, paths, adoptAll)

  answer(channelsToMain.reveal, revealTarget, async (target) => {
    shell.showItemInFolder(
      target.kind === 'data-folder' ? dataDirectory : await pathOfJobOutput(node, target.jobId),
    )
  })

  answer(channelsToMain.notify, notificationMessage, notify)

  answer(channelsToMain.setTheme, theme, (input) => {
    nativeTheme.themeSource = input === 'auto' ? 'system' : input
    window()?.setBackgroundColor(backgroundColor())
  })

  answer(channelsToMain.takePackages, z.undefined(), () => openedPackages.take())
}
