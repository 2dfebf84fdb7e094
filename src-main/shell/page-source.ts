/**
 * While developing, the page comes from Vite's server and not from the built files, so that it reloads as it is
 * edited. Its policy is looser (Vite adds inline scripts and a socket), which is why a package never gets here.
 */
const nodePaths = /^\/(api|models|health)(\/|$)/

const policy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' ws://localhost:* ws://127.0.0.1:*",
].join('; ')

/** Answers for the page's own files from `server`, an address such as http://localhost:5173; undefined for the rest. */
export const pageFrom =
  (server: string) =>
  (request: Request): Promise<Response> | undefined => {
    const { pathname, search } = new URL(request.url)
    if (nodePaths.test(pathname)) return undefined
    return forward(new URL(pathname + search, server))
  }

async function forward(url: URL): Promise<Response> {
  const answer = await fetch(url)
  const headers = new Headers(answer.headers)
  // fetch has decoded the body already.
  headers.delete('content-encoding')
  headers.delete('content-length')
  headers.set('content-security-policy', policy)
  return new Response(answer.body, { status: answer.status, headers })
}
