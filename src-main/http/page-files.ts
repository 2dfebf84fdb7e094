/**
 * The built page as a map from address to file, read once: what is not in the map does not exist, so no address can
 * leave the folder. index.html gets a fresh style nonce at every answer.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { newStyleNonce, securityHeaders, styleNoncePlaceholder } from './security-headers.ts'

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

export interface PageFiles {
  answer(pathname: string): Promise<Response | null>
}

export async function readPageFiles(directory: string): Promise<PageFiles> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = new Map<string, string>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(`/${relative(directory, path).split(sep).join('/')}`, path)
  }
  const index = await readFile(join(directory, 'index.html'), 'utf8')

  return {
    async answer(pathname) {
      if (pathname === '/' || pathname === '/index.html') return answerIndex(index)
      const path = files.get(pathname)
      if (path === undefined) return null
      const bytes = await readFile(path)
      return new Response(bytes, {
        headers: {
          ...securityHeaders(null),
          'content-type': contentTypes[extname(path)] ?? 'application/octet-stream',
          // Names under assets/ carry a hash of their contents.
          'cache-control': pathname.startsWith('/assets/')
            ? 'public, max-age=31536000, immutable'
            : 'no-cache',
        },
      })
    },
  }
}

function answerIndex(index: string): Response {
  const nonce = newStyleNonce()
  return new Response(index.replaceAll(styleNoncePlaceholder, nonce), {
    headers: {
      ...securityHeaders(nonce),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    },
  })
}
