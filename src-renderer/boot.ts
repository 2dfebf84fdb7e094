/**
 * What must be set before any other module of the page is evaluated, because they read it when they load: zod would
 * probe for `new Function`, which the content security policy reports, and style tags need the answer's nonce.
 */
import { config } from 'zod'

declare global {
  interface Window {
    /** Read by the package get-nonce, which locks scrolling behind a dialog with a style tag. */
    __webpack_nonce__?: string
  }
}

config({ jitless: true })

/** The nonce of this page's style-src, empty where the page is served without a policy. */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
window.__webpack_nonce__ = styleNonce
