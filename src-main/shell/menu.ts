/**
 * The application's menu, made of the same commands that the palette shows; a click sends the command's id to the
 * page. Roles (copy, zoom, close) are the system's own.
 */
import type { MenuItemConstructorOptions } from 'electron'
import {
  type Command,
  type CommandGroup,
  type CommandId,
  commandIds,
  commands,
} from '../contract/commands.ts'

export interface MenuOptions {
  platform: NodeJS.Platform
  appName: string
  developing: boolean
  send(id: CommandId): void
}

export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const mac = options.platform === 'darwin'
  const settings = commandItem('go.settings', options)
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const appMenu: MenuItemConstructorOptions = {
    label: options.appName,
    submenu: [
      { role: 'about' },
      separator,
      settings,
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  }
  return [
    ...(mac ? [appMenu] : []),
    {
      label: 'File',
      submenu: [
        ...groupItems('Models', options),
        separator,
        ...(mac ? [{ role: 'close' as const }] : [settings, separator, { role: 'quit' as const }]),
      ],
    },
    { role: 'editMenu' },
    { label: 'Go', submenu: groupItems('Go to', options).filter(({ id }) => id !== 'go.settings') },
    {
      label: 'View',
      submenu: [
        ...groupItems('View', options),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(options.developing ? [separator, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: groupItems('Help', options) },
  ]
}

const groupItems = (group: CommandGroup, options: MenuOptions): MenuItemConstructorOptions[] =>
  commandIds.filter((id) => commands[id].group === group).map((id) => commandItem(id, options))

function commandItem(id: CommandId, { platform, send }: MenuOptions): MenuItemConstructorOptions {
  const accelerator = acceleratorOf(commands[id])
  return {
    id,
    label: commands[id].title,
    click: () => send(id),
    // The page hears the keys itself, in the palette's grammar; elsewhere than on macOS the menu only shows them.
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: platform === 'darwin' }),
  }
}

/**
 * The first of a command's keys that a menu may show, in Electron's grammar. Single keys and sequences are left to
 * the page, which knows when a person is typing.
 */
function acceleratorOf({ keys }: Command): string | undefined {
  const keysWithModifier = keys.find((press) => press.startsWith('$mod+') && !press.includes(' '))
  return keysWithModifier?.replace('$mod', 'CommandOrControl').replace(/[^+]+$/, (key) => key.toUpperCase())
}
