/**
 * A desktop that was started on the stand-in for Electron, with a small node behind it: a page, an echo, a stream and
 * the real exchange of files for handles. The test file that uses it mocks `electron` (electron-stand-in.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright'
import { createFileHandles, type FileHandles } from '../../src-main/flows/packages/file-handles.ts'
import { newStyleNonce, securityHeaders } from '../../src-main/http/security-headers.ts'
import { startDesktop } from '../../src-main/shell/start-desktop.ts'
import { bundledPreload } from './bundled-preload.ts'
import { standInApp } from './electron-stand-in-app.ts'
import { closeStandInBrowser, StandInWindow } from './electron-stand-in-window.ts'

export interface StartedDesktop {
  window: StandInWindow
  page: Page
  dataDirectory: string
  node: SmallNode
  end(): Promise<void>
}

export interface SmallNode {
  fetch(request: Request, transport: { owner: true }): Promise<Response>
  start(): Promise<void>
  stop(): Promise<void>
  adopt: FileHandles['adopt']
  take: FileHandles['take']
  /** What arrived, in order: method, path and in whose name. */
  requests: string[]
  jobsActive: number
  stopped: boolean
}

export async function startedDesktop(): Promise<StartedDesktop> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'outpost-desktop-'))
  const node = createSmallNode(dataDirectory)
  const preload = await bundledPreload()
  await startDesktop({
    entries: { directory: import.meta.dirname, extension: '.ts' },
    dataDirectory,
    preload,
    icon: 'icon.png',
    createNode: async () => node,
  })
  const [window] = StandInWindow.getAllWindows()
  if (!window) throw new Error('the desktop opened no window')
  return {
    window,
    page: await window.webContents.page(),
    dataDirectory,
    node,
    async end() {
      standInApp.quit()
      await standInApp.whenEnded()
      await closeStandInBrowser()
      for (const folder of [dataDirectory, dirname(preload)])
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const html = (nonce: string) => `<!doctype html>
<title>Outpost</title>
<style nonce="${nonce}">h1 { color: rgb(11, 110, 117) }</style>
<h1>Models</h1><input type="file" multiple>
<script src="/page.js"></script>`

function createSmallNode(dataDirectory: string): SmallNode {
  const files = createFileHandles(dataDirectory)
  const node: SmallNode = {
    requests: [],
    jobsActive: 0,
    stopped: false,
    adopt: files.adopt,
    take: files.take,
    start: async () => undefined,
    stop: async () => {
      node.stopped = true
    },
    async fetch(request, transport) {
      const { pathname } = new URL(request.url)
      node.requests.push(`${request.method} ${pathname} ${transport.owner ? 'owner' : 'nobody'}`)
      return answer(node, request, pathname, dataDirectory)
    },
  }
  return node
}

async function answer(node: SmallNode, request: Request, path: string, dataDirectory: string) {
  const headers = securityHeaders(null)
  if (path === '/') {
    const nonce = newStyleNonce()
    const own = { ...securityHeaders(nonce), 'content-type': 'text/html' }
    return new Response(html(nonce), { headers: own })
  }
  if (path === '/page.js') {
    return new Response('document.body.dataset.script = "ran"', {
      headers: { ...headers, 'content-type': 'text/javascript' },
    })
  }
  if (path === '/api/echo') return new Response(await request.text(), { headers })
  if (path === '/api/stream') return new Response(twoChunks(), { headers })
  if (path === '/api/status') {
    return Response.json({ counts: { jobsActive: node.jobsActive } }, { headers })
  }
  if (path.startsWith('/api/jobs/')) {
    return Response.json({ output: { path: join(dataDirectory, 'backup.tar') } }, { headers })
  }
  return new Response('', { status: 404, headers })
}

/** The second chunk comes when the first was read: an answer that is collected before it is handed on never ends. */
function twoChunks(): ReadableStream<Uint8Array> {
  const chunks = ['first', 'second'].map((text) => new TextEncoder().encode(text))
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks.shift()
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
