/**
 * The headers of every answer, the same for the browser and the desktop window. The content security policy allows
 * nothing but the node's own files; styles that Mantine writes at run time carry a nonce that is new for each page.
 */
import { randomBytes } from 'node:crypto'

/** Stands in index.html where the nonce of the answer goes. */
export const styleNoncePlaceholder = '__CSP_NONCE__'

export const newStyleNonce = (): string => randomBytes(16).toString('base64')

function contentSecurityPolicy(styleNonce: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    styleNonce === null ? "style-src 'self'" : `style-src 'self' 'nonce-${styleNonce}'`,
    // Pictures that a person drops into the playground are shown from memory.
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join('; ')
}

export const securityHeaders = (styleNonce: string | null): Record<string, string> => ({
  'content-security-policy': contentSecurityPolicy(styleNonce),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
})
