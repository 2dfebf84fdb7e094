/** The device that a version is to run on: those of this machine, and the remote engines that are known. */
import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { HostingSettings } from '../../../src-main/contract/hosting.ts'
import { orpc } from '../../client.ts'

export type Device = HostingSettings['executionProvider']

const devices: { value: Device; label: string }[] = [
  { value: 'auto', label: 'Automatic: the fastest that is here' },
  { value: 'cpu', label: 'CPU' },
  { value: 'cuda', label: 'CUDA' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'directml', label: 'DirectML' },
  { value: 'coreml', label: 'Core ML' },
]

interface DeviceSelectProps {
  value: Device
  onChange: (device: Device) => void
}

export function DeviceSelect({ value, onChange }: DeviceSelectProps) {
  const engines = useQuery(orpc.engines.list.queryOptions())
  const remote = (engines.data ?? []).map(({ name }) => ({
    value: `remote:${name}` as const,
    label: `Remote engine ${name}`,
  }))
  const choices = [...devices, ...remote]
  return (
    <Select
      label="Device"
      description="What is missing here falls back to the CPU, and the deployment says so."
      data={
        choices.some((choice) => choice.value === value) ? choices : [...choices, { value, label: value }]
      }
      value={value}
      onChange={(next) => next !== null && onChange(next)}
      allowDeselect={false}
    />
  )
}
