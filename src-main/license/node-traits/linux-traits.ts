/**
 * Linux: machine-id(5), /sys/class/dmi/id (kernel: sysfs-class-dmi; the uuid is for root alone), device tree on ARM,
 * /sys/class/net (kernel: sysfs-class-net), and /dev/disk/by-uuid (udev).
 */
import { join } from 'node:path'
import type { Machine, TraitSource } from './machine.ts'

export const linuxSources = (machine: Machine, dataDir: string): TraitSource[] => [
  { kind: 'machine-id', read: () => machineId(machine) },
  ...hardwarePaths.map(
    (path): TraitSource => ({
      kind: 'hardware-id',
      read: () => [machine.readText(path).replaceAll('\0', '')],
    }),
  ),
  { kind: 'network-card', read: () => networkCards(machine) },
  { kind: 'data-folder', read: () => fileSystemId(machine, dataDir) },
]

const hardwarePaths = ['/sys/class/dmi/id/product_uuid', '/sys/firmware/devicetree/base/serial-number']

/** In a container the id is that of the image, which any number of machines run. */
function machineId(machine: Machine): string[] {
  const isContainer =
    machine.exists('/.dockerenv') ||
    machine.exists('/run/.containerenv') ||
    / \/ \/ \S+ (\S+ )*- overlay /m.test(machine.readText('/proc/self/mountinfo'))
  const id = isContainer ? '' : machine.readText('/etc/machine-id').trim()
  return /^[0-9a-f]{32}$/.test(id) ? [id] : []
}

/**
 * Those with a device behind them, and an address of their own: not bridges, tunnels, pairs of containers. A second
 * digit of 2, 6, a or e is of nobody's series (IEEE 802): hypervisors give the same such address on every host.
 */
function networkCards(machine: Machine): string[] {
  const folder = '/sys/class/net'
  const read = (name: string, file: string) => machine.readText(join(folder, name, file)).trim()
  return machine
    .list(folder)
    .filter((name) => machine.exists(join(folder, name, 'device')))
    .filter((name) => read(name, 'addr_assign_type') === '0') // NET_ADDR_PERM: neither random nor set by hand
    .map((name) => read(name, 'address'))
    .filter((address) => /^[0-9a-f][014589cd](:[0-9a-f]{2}){5}$/.test(address))
}

/** The file system that the folder is on; btrfs shows a device of its own making, so the mounted one is asked too. */
function fileSystemId(machine: Machine, dataDir: string): string[] {
  const folder = '/dev/disk/by-uuid'
  const devices = new Set([machine.stat(dataDir).dev, ...mountedDevice(machine, dataDir)])
  return machine
    .list(folder)
    .filter((uuid) => devices.has(machine.stat(join(folder, uuid)).rdev))
    .map((uuid) => `file-system:${uuid}`)
}

/** The device of the deepest mount above the folder: `36 35 98:0 /mnt1 /mnt2 rw … - ext3 /dev/root rw` (proc(5)). */
function mountedDevice(machine: Machine, dataDir: string): bigint[] {
  const mounts = machine
    .readText('/proc/self/mountinfo')
    .split('\n')
    .map((line) => ({ at: line.split(' ')[4] ?? '', from: line.split(' - ')[1]?.split(' ')[1] ?? '' }))
    .filter(({ at }) => at === '/' || dataDir === at || dataDir.startsWith(`${at}/`))
    .sort((a, b) => b.at.length - a.at.length)
  const from = mounts[0]?.from ?? ''
  return from.startsWith('/dev/') && machine.exists(from) ? [machine.stat(from).rdev] : []
}
