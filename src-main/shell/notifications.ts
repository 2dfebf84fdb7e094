/** Notifications of the system: for what ends while the person looks elsewhere. A click brings the window to a route. */
import { type BrowserWindow, Notification } from 'electron'
import { z } from 'zod'
import { limits } from '../contract/limits.ts'
import { bringToFront, showAddress } from './window.ts'

export const notificationMessage = z.strictObject({
  title: z.string().min(1).max(limits.lineCharsMax),
  body: z.string().max(limits.lineCharsMax),
  /** A hash route: no scheme, no host, nothing that leaves the page. */
  address: z
    .string()
    .max(limits.lineCharsMax)
    .regex(/^\/(?!\/)[\w\-./~@:?=&%+,]*$/)
    .optional(),
})
export type Notify = (message: z.infer<typeof notificationMessage>) => void

export function createNotify(window: () => BrowserWindow | undefined): Notify {
  /** Held until dismissed, because a notification that is collected never reports its click. */
  const shown = new Set<Notification>()
  return ({ title, body, address }) => {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body })
    shown.add(notification)
    notification.on('close', () => shown.delete(notification))
    notification.on('click', () => {
      shown.delete(notification)
      const target = window()
      if (!target) return
      bringToFront(target)
      if (address !== undefined) void showAddress(target, address)
    })
    notification.show()
  }
}
