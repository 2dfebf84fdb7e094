/**
 * Windows: MachineGuid of the registry, Win32_ComputerSystemProduct.UUID (SMBIOS), Get-NetAdapter -Physical, and the
 * serial number of the volume, which is what `dev` is there.
 */
import { win32 } from 'node:path'
import type { Machine, TraitSource } from './machine.ts'

export const windowsSources = (machine: Machine, dataDir: string): TraitSource[] => [
  {
    kind: 'machine-id',
    async read() {
      const text = await machine.run(system('reg.exe'), [
        'query',
        String.raw`HKLM\SOFTWARE\Microsoft\Cryptography`,
        '/v',
        'MachineGuid',
        '/reg:64',
      ])
      return /REG_SZ\s+([0-9a-fA-F-]{36})/.exec(text)?.slice(1) ?? []
    },
  },
  {
    kind: 'hardware-id',
    read: () => lines(machine, '(Get-CimInstance Win32_ComputerSystemProduct).UUID', /^[0-9a-fA-F-]{36}$/),
  },
  {
    kind: 'network-card',
    read: () => lines(machine, '(Get-NetAdapter -Physical).PermanentAddress', /^[0-9a-fA-F]{12}$/),
  },
  {
    kind: 'data-folder',
    read: () => [`file-system:${machine.stat(dataDir).dev.toString(16).padStart(8, '0')}`],
  },
]

/** By its full path, so that no program of the same name in the search path is run. */
const system = (...names: string[]): string =>
  win32.join(process.env.SystemRoot ?? 'C:/Windows', 'System32', ...names)

async function lines(machine: Machine, expression: string, form: RegExp): Promise<string[]> {
  const shell = system('WindowsPowerShell', 'v1.0', 'powershell.exe')
  const text = await machine.run(shell, ['-NoProfile', '-NonInteractive', '-Command', expression])
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => form.test(line))
}
