/** macOS: IOPlatformUUID and serial number (ioreg), the built-in addresses (networksetup), the volume (diskutil). */
import type { Machine, TraitSource } from './machine.ts'

export const macSources = (machine: Machine, dataDir: string): TraitSource[] => [
  {
    kind: 'hardware-id',
    read: async () =>
      captured(
        await machine.run('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']),
        /"IOPlatform(?:UUID|SerialNumber)" = "([^"]+)"/g,
      ),
  },
  {
    kind: 'network-card',
    // `Ethernet Address: ac:de:48:00:11:22`; a second digit of 2, 6, a or e marks one that software made up.
    read: async () =>
      captured(
        await machine.run('/usr/sbin/networksetup', ['-listallhardwareports']),
        /^Ethernet Address: ([0-9a-f][014589cd](?::[0-9a-f]{2}){5})$/gim,
      ),
  },
  {
    kind: 'data-folder',
    async read() {
      // diskutil takes a mount point; df names that of any folder, in its last column.
      const table = await machine.run('/bin/df', ['-P', dataDir])
      const [mount = '/'] = captured(table, /% +(\/.*)$/gm)
      const volume = await machine.run('/usr/sbin/diskutil', ['info', mount])
      return captured(volume, /Volume UUID: +([0-9A-F-]{36})/g).map((uuid) => `file-system:${uuid}`)
    },
  },
]

const captured = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, value = '']) => value)
