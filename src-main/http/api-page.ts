/**
 * The reading page of the API: one static page over the OpenAPI document that the node makes of its contract. No
 * script, so that the content security policy needs no exception.
 */
import { z } from 'zod'
import { newStyleNonce, securityHeaders } from './security-headers.ts'

const operation = z.object({
  summary: z.string().optional(),
  tags: z.array(z.string()).optional(),
  parameters: z
    .array(
      z.object({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: z.unknown() }),
    )
    .optional(),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.unknown()).optional(),
})
const openApiDocument = z.object({
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
})

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const json = (title: string, value: unknown): string =>
  value === undefined
    ? ''
    : `<details><summary>${title}</summary><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre></details>`

const style = `
:root { color-scheme: light dark; --text: #16202A; --muted: #51606E; --line: #D5DADF; --bg: #F6F7F8; --card: #FFF; --accent: #0B6E75 }
@media (prefers-color-scheme: dark) { :root { --text: #E7ECF0; --muted: #9AA9B6; --line: #2C3843; --bg: #0F151B; --card: #161E26; --accent: #4CC2C9 } }
body { font: 14px/1.5 system-ui, sans-serif; color: var(--text); background: var(--bg); max-width: 960px; margin: 0 auto; padding: 24px }
h1 { font-size: 20px } h2 { font-size: 15px; margin-top: 28px }
article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; margin: 8px 0 }
code, pre { font-family: ui-monospace, monospace; font-size: 12.5px } pre { overflow: auto; max-height: 420px }
.method { color: var(--accent); font-weight: 600 } .muted { color: var(--muted) } a { color: var(--accent) }
summary { cursor: pointer; color: var(--muted) } summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent) }
`

function article(path: string, method: string, entry: z.infer<typeof operation>): string {
  const parameters = entry.parameters
    ?.map((parameter) => `${parameter.name}${parameter.required ? '' : '?'}`)
    .join(', ')
  return `<article><div><code><span class="method">${method.toUpperCase()}</span> /api${escapeHtml(path)}</code></div>
<div>${escapeHtml(entry.summary ?? '')}</div>
${parameters ? `<div class="muted">Parameters: <code>${escapeHtml(parameters)}</code></div>` : ''}
${json('Parameters in full', entry.parameters)}${json('Body', entry.requestBody)}${json('Answers', entry.responses)}</article>`
}

export function apiPage(documentText: string): Response {
  const { info, paths } = openApiDocument.parse(JSON.parse(documentText))
  const groups = new Map<string, string[]>()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, entry] of Object.entries(methods)) {
      const group = entry.tags?.[0] ?? 'Other'
      groups.set(group, [...(groups.get(group) ?? []), article(path, method, entry)])
    }
  }
  const sections = [...groups].map(
    ([name, articles]) => `<section><h2>${escapeHtml(name)}</h2>${articles.join('')}</section>`,
  )
  const nonce = newStyleNonce()
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)}</title><style nonce="${nonce}">${style}</style></head><body><main>
<h1>${escapeHtml(info.title)} ${escapeHtml(info.version)}</h1>
<p>Send <code>Authorization: Bearer KEY</code>. Refusals are problem documents (RFC 9457) with a stable <code>code</code>.
The same as data: <a href="/api/openapi.json">openapi.json</a>. Files are handed over with
<code>PUT /api/files?name=NAME</code> (the body is the bytes), which answers a handle for one use; packages are read from
<code>GET /api/packages/{model}/{version}</code>. Inference is served on the other port, under <code>/v1</code> and <code>/v2</code>.</p>
${sections.join('')}</main></body></html>`
  return new Response(page, {
    headers: {
      ...securityHeaders(nonce),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    },
  })
}
