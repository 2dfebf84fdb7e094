/**
 * Permissions of the page: none, but for writing text to the clipboard, which copying a digest or a command needs.
 * Without these handlers Electron grants everything, so each kind of question has one; whatever a later version
 * adds is refused by the same rule.
 */
import type { Session } from 'electron'
import { isOwnAddress } from './own-origin.ts'

const mayUse = (permission: string, origin: string | undefined): boolean =>
  permission === 'clipboard-sanitized-write' && origin !== undefined && isOwnAddress(origin)

export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(details.isMainFrame && mayUse(permission, details.requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, origin) => mayUse(permission, origin))
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null))
  session.setUSBProtectedClassesHandler(({ protectedClasses }) => protectedClasses)
  session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }))
}
