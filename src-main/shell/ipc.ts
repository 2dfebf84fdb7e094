/**
 * The only way from the page into main. Each call must come from the main frame of our own page, stay under a rate,
 * and carry arguments of the channel's schema; what goes wrong inside is logged here and told without its details.
 */
import { type IpcMainInvokeEvent, ipcMain } from 'electron'
import type { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { OutpostError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { limits } from '../contract/limits.ts'
import type { ChannelToMain } from '../contract/shell-channels.ts'
import { isOwnAddress } from './own-origin.ts'

/** Registers the answer of one channel: what the page sent, checked, in; plain data without paths or secrets out. */
export type Answer = <Schema extends z.ZodType>(
  channel: ChannelToMain,
  schema: Schema,
  answer: (input: z.output<Schema>) => unknown,
) => void

export function openIpc(clock: Clock, log: Log): Answer {
  const mayCall = rateCap(clock, limits.shellCallsPerSecondMax)
  return (channel, schema, answer) => {
    ipcMain.handle(channel, async (event, ...input: unknown[]) => {
      if (!isFromOwnPage(event)) throw refusal('This page may not ask the desktop for anything.')
      if (!mayCall()) throw refusal('The desktop was asked too often; try again in a second.')
      const parsed = input.length <= 1 ? schema.safeParse(input[0]) : undefined
      if (!parsed?.success) throw refusal('The desktop did not understand the request.')
      try {
        return await answer(parsed.data)
      } catch (error) {
        if (error instanceof OutpostError) throw refusal(error.message)
        log.error({ channel, err: error }, 'a call of the page failed')
        throw refusal('The desktop could not do this; its log says why.')
      }
    })
  }
}

function isFromOwnPage({ senderFrame }: IpcMainInvokeEvent): boolean {
  // Null once the frame has gone; a frame with a parent is not the main frame.
  return senderFrame !== null && senderFrame.parent === null && isOwnAddress(senderFrame.url)
}

/** A bare error: Electron copies its message to the page, and nothing of where it was thrown. */
function refusal(message: string): Error {
  const error = new Error(message)
  error.stack = message
  return error
}

function rateCap(clock: Clock, perSecondMax: number): () => boolean {
  let windowStart = Number.NEGATIVE_INFINITY
  let calls = 0
  return () => {
    const now = clock.monotonic()
    if (now - windowStart >= 1000) {
      windowStart = now
      calls = 0
    }
    calls += 1
    return calls <= perSecondMax
  }
}
