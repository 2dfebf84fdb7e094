/**
 * Where the window may go: nowhere but its own page. New windows are always denied; a link to one of the few sites
 * that explain licenses and formats opens in the system's browser instead.
 */
import { shell, type WebContents } from 'electron'
import { isOwnAddress } from './own-origin.ts'

/** Sites whose pages the UI may refer to. A model card comes from a stranger, so its other links stay dead. */
const readableHosts = new Set([
  'spdx.org',
  'www.apache.org',
  'creativecommons.org',
  'onnx.ai',
  'onnxruntime.ai',
])

function mayOpenOutside(address: string): boolean {
  const url = URL.parse(address)
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.port !== '')
    return false
  return readableHosts.has(url.hostname)
}

export function guardNavigation(contents: WebContents): void {
  const stay = (event: { url: string; preventDefault(): void }) => {
    if (!isOwnAddress(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}
