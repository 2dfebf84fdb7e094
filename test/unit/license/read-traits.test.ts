/** What a machine tells of itself, on each system: its traits, and what of it is none. */
import { expect, test } from 'vitest'
import type { Machine } from '../../../src-main/license/node-traits/machine.ts'
import { readTraits } from '../../../src-main/license/node-traits/read-traits.ts'
import type { Trait } from '../../../src-main/license/node-traits/traits.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const nodeKey = `sha256:${'4b'.repeat(16)}${'c7'.repeat(16)}`
const dataDir = '/var/lib/outpost'
const uuid = '4C4C4544-0042-3510-8053-B7C04F4E3232'

/** A machine of files and of programs that say something; whatever is not named fails. */
function machine(
  platform: NodeJS.Platform,
  files: Record<string, string>,
  programs: Record<string, string> = {},
): Machine {
  const found = (path: string): string => {
    const text = files[path]
    if (text === undefined) throw new Error(`ENOENT: ${path}`)
    return text
  }
  const number = (path: string) => BigInt(found(path) || '0')
  return {
    platform,
    readText: found,
    exists: (path) => Object.keys(files).some((name) => name === path || name.startsWith(`${path}/`)),
    list(path) {
      const names = Object.keys(files).filter((name) => name.startsWith(`${path}/`))
      return [...new Set(names.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))]
    },
    stat: (path) => ({
      dev: number(path),
      rdev: number(path),
      ino: 2n,
      birthtimeNs: path === dataDir ? 1_795_262_400_123_456_789n : 0n,
    }),
    async run(program, args) {
      const name = `${program} ${args.join(' ')}`
      const said = Object.entries(programs).find(([part]) => name.includes(part))
      if (said === undefined) throw new Error(`no such program: ${program}`)
      return said[1]
    },
  }
}

const card = (name: string, address: string, type = '0') => ({
  [`/sys/class/net/${name}/device/vendor`]: '',
  [`/sys/class/net/${name}/addr_assign_type`]: `${type}\n`,
  [`/sys/class/net/${name}/address`]: `${address}\n`,
})
const plainDisk = '29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n'
const server = {
  '/etc/machine-id': '3d1219c7c4c5404aaa1f6d2a48adfda4\n',
  '/sys/class/dmi/id/product_uuid': `${uuid}\n`,
  '/proc/self/mountinfo': plainDisk,
  ...card('eno1', 'b8:ca:3a:6a:31:d4'),
  ...card('eno2', 'b8:ca:3a:6a:31:d5'),
  '/sys/class/net/lo/address': '00:00:00:00:00:00\n',
  '/sys/class/net/docker0/address': '02:42:ac:11:00:02\n',
  ...card('eth7', '02:fc:00:12:34:56'),
  ...card('wlan0', '5e:12:9f:aa:01:77', '1'),
  '/dev/disk/by-uuid/0f3e9a4c-7f51-4a52-9d53-5b1d2a6c8e10': '2049',
  '/dev/disk/by-uuid/AAAA-BBBB': '2050',
  '/dev/sda1': '2049',
  [dataDir]: '2049',
}
const valuesOf = (traits: readonly Trait[]) =>
  Object.fromEntries(traits.map(({ kind, values }) => [kind, values]))

test('Linux, as root', async () => {
  expect(valuesOf(await readTraits(dataDir, nodeKey, machine('linux', server)))).toEqual({
    'machine-id': ['3d1219c7c4c5404aaa1f6d2a48adfda4'],
    'hardware-id': [uuid.toLowerCase()],
    'network-card': ['b8:ca:3a:6a:31:d4', 'b8:ca:3a:6a:31:d5'],
    'data-folder': ['file-system:0f3e9a4c-7f51-4a52-9d53-5b1d2a6c8e10', 'folder:2:1795262400123456789'],
    'node-key': [nodeKey],
  })
})

test('a container: not the id of its image, and not the address that its network gave it', async () => {
  const { '/etc/machine-id': id } = server
  const container = {
    '/etc/machine-id': id,
    '/proc/self/mountinfo': '600 500 0:50 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/a:/b\n',
    '/sys/class/net/eth0/address': '02:42:ac:11:00:02\n',
    [dataDir]: '2049',
  }
  const read = await readTraits(dataDir, nodeKey, machine('linux', container))
  expect(read.map(({ kind }) => kind)).toEqual(['data-folder', 'node-key'])
})

test('placeholders of vendors are no identity', async () => {
  for (const id of [
    '00000000-0000-0000-0000-000000000000',
    '03000200-0400-0500-0006-000700080009',
    'To Be Filled By O.E.M.',
    'Default string',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '0123456789',
    '',
  ]) {
    const files = { ...server, '/sys/class/dmi/id/product_uuid': id }
    expect(valuesOf(await readTraits(dataDir, nodeKey, machine('linux', files)))).not.toHaveProperty(
      'hardware-id',
    )
  }
})

test('macOS', async () => {
  const read = await readTraits(
    dataDir,
    nodeKey,
    machine(
      'darwin',
      { [dataDir]: '16777230' },
      {
        ioreg: `  "IOPlatformSerialNumber" = "C02XK0AAJG5H"\n  "IOPlatformUUID" = "${uuid}"\n`,
        networksetup:
          'Hardware Port: Wi-Fi\nDevice: en0\nEthernet Address: f0:18:98:a1:b2:c3\n\nHardware Port: Thunderbolt Bridge\nDevice: bridge0\nEthernet Address: 82:0a:60:e4:90:01\n\nHardware Port: None\nEthernet Address: N/A\n',
        df: 'Filesystem 512-blocks Used Available Capacity Mounted on\n/dev/disk3s5 1942700360 9 8 52% /System/Volumes/Data\n',
        'diskutil info /System/Volumes/Data':
          '   Volume UUID:               7B3F2E11-90AB-4C5D-8E6F-112233445566\n',
      },
    ),
  )
  expect(valuesOf(read)).toEqual({
    'hardware-id': [uuid.toLowerCase(), 'c02xk0aajg5h'],
    'network-card': ['f0:18:98:a1:b2:c3'],
    'data-folder': ['file-system:7b3f2e11-90ab-4c5d-8e6f-112233445566', 'folder:2:1795262400123456789'],
    'node-key': [nodeKey],
  })
})

test('Windows', async () => {
  const read = await readTraits(
    dataDir,
    nodeKey,
    machine(
      'win32',
      { [dataDir]: '3735928559' },
      {
        'System32\\reg.exe query HKLM\\SOFTWARE\\Microsoft\\Cryptography /v MachineGuid': `\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\r\n    MachineGuid    REG_SZ    9f2c1f0e-52a1-4b7e-8b38-1d2c3b4a5968\r\n`,
        'System32\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -NonInteractive -Command (Get-CimInstance Win32_ComputerSystemProduct)': `${uuid}\r\n`,
        NetAdapter: 'B8CA3A6A31D4\r\n\r\nB8CA3A6A31D5\r\n',
      },
    ),
  )
  expect(valuesOf(read)).toEqual({
    'machine-id': ['9f2c1f0e-52a1-4b7e-8b38-1d2c3b4a5968'],
    'hardware-id': [uuid.toLowerCase()],
    'network-card': ['b8ca3a6a31d4', 'b8ca3a6a31d5'],
    'data-folder': ['file-system:deadbeef', 'folder:2:1795262400123456789'],
    'node-key': [nodeKey],
  })
})

test('a system of another kind, or one where everything fails, has its key and nothing else', async () => {
  expect(valuesOf(await readTraits(dataDir, nodeKey, machine('linux', {})))).toEqual({
    'node-key': [nodeKey],
  })
  expect(valuesOf(await readTraits(dataDir, nodeKey, machine('aix', {})))).toEqual({
    'node-key': [nodeKey],
  })
})

test('this machine: the same each time, enough for a license, and another for another folder', async () => {
  const folders = [temporaryFolder(), temporaryFolder()]
  const [first = [], again = [], other = []] = await Promise.all(
    [0, 0, 1].map((at) => readTraits(folders[at] ?? '', nodeKey)),
  )
  expect(again).toEqual(first)
  expect(first.length).toBeGreaterThanOrEqual(2)
  expect(valuesOf(other)['data-folder']).not.toEqual(valuesOf(first)['data-folder'])
})
