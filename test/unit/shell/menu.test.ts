/** The application's menu against the list of commands that the palette shows. */
import { expect, test } from 'vitest'
import { type CommandId, commandIds } from '../../../src-main/contract/commands.ts'
import { menuTemplate } from '../../../src-main/shell/menu.ts'

function flat(platform: NodeJS.Platform, developing = false, sent: CommandId[] = []) {
  const template = menuTemplate({ platform, appName: 'Outpost', developing, send: (id) => sent.push(id) })
  return template.flatMap((item) => (Array.isArray(item.submenu) ? item.submenu : []))
}

test.each(['linux', 'win32', 'darwin'] as const)(
  'on %s every command stands in the menu once and sends its id',
  (platform) => {
    const sent: CommandId[] = []
    for (const item of flat(platform, false, sent)) {
      if (item.id !== undefined) item.click?.(undefined as never, undefined, undefined as never)
    }
    expect(sent.sort()).toEqual([...commandIds].sort())
  },
)

test('shows keys with a modifier, and leaves single keys and sequences to the page', () => {
  const accelerators = new Map(flat('linux').map((item) => [item.id, item.accelerator]))
  expect(accelerators.get('go.home')).toBe('CommandOrControl+1')
  expect(accelerators.get('go.settings')).toBe('CommandOrControl+,')
  expect(accelerators.get('view.palette')).toBe('CommandOrControl+K')
  expect(accelerators.get('help.shortcuts')).toBeUndefined()
})

test('where the page hears the keys itself, the menu only shows them', () => {
  const palette = (platform: NodeJS.Platform) => flat(platform).find(({ id }) => id === 'view.palette')
  expect(palette('linux')?.registerAccelerator).toBe(false)
  expect(palette('darwin')?.registerAccelerator).toBe(true)
})

test('7: developer tools are offered while developing alone', () => {
  const roles = (developing: boolean) => flat('linux', developing).map(({ role }) => role)
  expect(roles(true)).toContain('toggleDevTools')
  expect(roles(false)).not.toContain('toggleDevTools')
})

test('quits from the application menu on macOS and from File elsewhere', () => {
  const labels = (platform: NodeJS.Platform) =>
    menuTemplate({ platform, appName: 'Outpost', developing: false, send: () => undefined })
      .filter(({ submenu }) => Array.isArray(submenu) && submenu.some(({ role }) => role === 'quit'))
      .map(({ label }) => label)
  expect(labels('darwin')).toEqual(['Outpost'])
  expect(labels('linux')).toEqual(['File'])
})
