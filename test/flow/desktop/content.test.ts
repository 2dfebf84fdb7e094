/** Checklist of facts on Electron, items 19 to 26: what the page may load, where it may go, what it may use. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { standInApp } from '../../support/electron-stand-in-app.ts'
import { privilegedSchemes, standInSession } from '../../support/electron-stand-in-session.ts'
import { standIn } from '../../support/electron-stand-in-state.ts'
import { type StartedDesktop, startedDesktop } from '../../support/started-desktop.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))

let desktop: StartedDesktop
let stranger: Server
let strangersRequests = 0
beforeAll(async () => {
  desktop = await startedDesktop()
  stranger = createServer((_request, response) => {
    strangersRequests += 1
    response.setHeader('access-control-allow-origin', '*').end('<h1>Elsewhere</h1>')
  })
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  stranger.close()
  await desktop.end()
})

const strangersAddress = (host = '127.0.0.1') => `http://${host}:${(stranger.address() as AddressInfo).port}/`

describe('app://', () => {
  test('19: is standard, secure, has fetch and streams, and bypasses no policy', () => {
    expect(privilegedSchemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
    ])
    expect([...standInSession.schemes.keys()]).toEqual(['app'])
  })
  test("19: hands the page's requests to the node in the owner's name", async () => {
    const text = await desktop.page.evaluate(async () =>
      (await fetch('/api/echo', { method: 'POST', body: 'a body' })).text(),
    )
    expect(text).toBe('a body')
    expect(desktop.node.requests).toContain('POST /api/echo owner')
  })
  test('19: streams answers as they come', async () => {
    expect(await desktop.page.evaluate(async () => (await fetch('/api/stream')).text())).toBe('firstsecond')
  })
  test.each(['app://elsewhere/', 'app://outpost.evil/', 'app://outpost:80/'])(
    '19: has nothing at %s',
    async (address) => {
      const answer = await standInSession.schemes.get('app')?.(new Request(address))
      expect(answer?.type).toBe('error')
    },
  )
  test('20: every answer carries a policy; each page has a fresh nonce for its styles', async () => {
    const policies = await desktop.page.evaluate(async () =>
      Promise.all(
        ['/', '/', '/page.js', '/api/echo', '/nothing'].map(async (path) => {
          const body = path === '/api/echo' ? { method: 'POST', body: '' } : {}
          return (await fetch(path, body)).headers.get('content-security-policy') ?? ''
        }),
      ),
    )
    for (const policy of policies) {
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe-')
    }
    expect(policies[0]).toMatch(/style-src 'self' 'nonce-[^']{22,}'/)
    expect(policies[0]).not.toBe(policies[1])
  })
  test('20: the policy stops an inline script and a style without the nonce', async () => {
    const found = await desktop.page.evaluate(async () => {
      const blocked: string[] = []
      document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective))
      const script = document.createElement('script')
      script.textContent = 'document.body.dataset.inline = "ran"'
      const style = document.createElement('style')
      style.textContent = 'h1 { color: red }'
      document.body.append(script, style)
      await new Promise((resolve) => setTimeout(resolve))
      const title = document.querySelector('h1') ?? document.body
      return {
        blocked: blocked.sort(),
        inline: document.body.dataset.inline,
        file: document.body.dataset.script,
        color: getComputedStyle(title).color,
      }
    })
    expect(found).toEqual({
      blocked: ['script-src-elem', 'style-src-elem'],
      inline: undefined,
      file: 'ran',
      color: 'rgb(11, 110, 117)',
    })
  })
  test.each([
    ['https://huggingface.co/model', true],
    ['http://10.0.0.1/', true],
    ['ws://example.org/', true],
    ['file:///etc/passwd', true],
    ['ftp://example.org/', true],
    ['http://127.0.0.1.example.org/', true],
    ['http://localhost@example.org/', true],
    ['devtools://devtools/bundled/inspector.html', false],
    ['app://outpost/assets/index.js', false],
    ['http://127.0.0.1:8080/v2', false],
    ['http://[::1]:8080/v2', false],
    ['blob:app://outpost/1', false],
    ['data:image/png;base64,AA', false],
  ])('21: %s is cancelled: %s', (url, cancelled) => {
    let cancel: boolean | undefined
    standInSession.beforeRequest?.({ url }, (answer) => {
      cancel = answer.cancel
    })
    expect(cancel).toBe(cancelled)
  })
})

describe('the page', () => {
  test('21: reaches no other origin', async () => {
    const before = strangersRequests
    const outcome = await desktop.page.evaluate(
      (address) =>
        fetch(address).then(
          () => 'reached',
          (error: Error) => error.name,
        ),
      strangersAddress(),
    )
    expect(outcome).toBe('TypeError')
    expect(strangersRequests).toBe(before)
  })
  test('22: stays when a link leads elsewhere', async () => {
    const before = strangersRequests
    for (const address of [strangersAddress(), strangersAddress('localhost'), 'https://example.org/']) {
      await desktop.page.evaluate((target) => {
        const link = document.createElement('a')
        link.href = target
        document.body.append(link)
        link.click()
      }, address)
      await expect.poll(() => desktop.page.locator('h1').textContent()).toBe('Models')
    }
    expect(strangersRequests).toBe(before)
  })
  test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('22: %s', (name) => {
    const outcome = (url: string) => {
      const event = { url, stays: false, preventDefault: () => Object.assign(event, { stays: true }) }
      desktop.window.webContents.emit(name, event)
      return event.stays
    }
    expect(outcome('app://outpost/')).toBe(false)
    for (const url of [
      'https://outpost/',
      'app://outpost.evil/',
      'file:///app/',
      'javascript:1',
      'not an address',
    ])
      expect(outcome(url), url).toBe(true)
  })
  test('23: opens no window', async () => {
    const before = strangersRequests
    await desktop.page.evaluate((address) => {
      window.open(address)
      window.open('')
    }, strangersAddress())
    await expect.poll(() => desktop.page.context().pages()).toHaveLength(1)
    expect(strangersRequests).toBe(before)
    expect(desktop.window.webContents.windowOpenHandler?.({ url: 'app://outpost/' })).toEqual({
      action: 'deny',
    })
  })
  test.each([
    ['https://spdx.org/licenses/MIT', true],
    ['http://spdx.org/', false],
    ['https://spdx.org.evil/', false],
    ['https://spdx.org:8443/', false],
    ['https://user@spdx.org/', false],
    ['https://example.org/', false],
    ['file:///etc/passwd', false],
    ['ms-settings:privacy', false],
    ['javascript:alert(1)', false],
  ])("24: %s opens in the system's browser: %s", (url, outside) => {
    standIn.openedOutside = []
    desktop.window.webContents.windowOpenHandler?.({ url })
    expect(standIn.openedOutside).toEqual(outside ? [url] : [])
  })
})

describe('25: permissions', () => {
  const details = { isMainFrame: true, requestingUrl: 'app://outpost/' }
  const request = (permission: string, from: object = details): boolean => {
    let granted = true
    standInSession.permissionRequest?.(
      undefined as never,
      permission as never,
      (answer) => {
        granted = answer
      },
      from as never,
    )
    return granted
  }
  const check = (permission: string, origin = 'app://outpost/') =>
    standInSession.permissionCheck?.(null, permission as never, origin, {} as never)

  test.each([
    'geolocation',
    'media',
    'notifications',
    'clipboard-read',
    'fileSystem',
    'usb',
    'serial',
    'display-capture',
    'openExternal',
    'local-network-access',
    'unknown',
    'one-that-a-later-version-adds',
  ])('%s is denied', (permission) => {
    expect(request(permission)).toBe(false)
    expect(check(permission)).toBe(false)
  })
  test('text may be copied, by our own page alone', () => {
    expect(request('clipboard-sanitized-write')).toBe(true)
    expect(check('clipboard-sanitized-write')).toBe(true)
    expect(request('clipboard-sanitized-write', { ...details, isMainFrame: false })).toBe(false)
    expect(request('clipboard-sanitized-write', { ...details, requestingUrl: 'https://evil/' })).toBe(false)
    expect(check('clipboard-sanitized-write', 'https://evil/')).toBe(false)
  })
  test('devices and screens are denied', () => {
    expect(standInSession.device?.({} as never)).toBe(false)
    let streams: unknown = 'none given'
    standInSession.displayMedia?.({} as never, (answer) => {
      streams = answer
    })
    expect(streams).toBeNull()
    const all = ['hid', 'video'] as const
    expect(standInSession.usbProtectedClasses?.({ protectedClasses: [...all] })).toEqual(all)
    let pairing: unknown
    standInSession.bluetoothPairing?.({} as never, (answer) => {
      pairing = answer
    })
    expect(pairing).toEqual({ confirmed: false })
  })
  test('26: certificates are judged by Chromium alone', () => {
    expect(standInSession.certificateVerifyProc).toBeUndefined()
    expect(standInApp.listenerCount('certificate-error')).toBe(0)
    expect(standInApp.listenerCount('select-client-certificate')).toBe(0)
  })
})
