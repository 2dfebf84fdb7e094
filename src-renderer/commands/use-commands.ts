/** What each command does. The names and keys stand in the contract, so that the application's menu has them too. */
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { CommandId } from '../../src-main/contract/commands.ts'
import { client } from '../client.ts'
import { reportJob } from '../components/report.tsx'
import { usePanels } from '../state/panels.ts'
import { useView } from '../state/view.ts'
import { sections } from './sections.ts'

export type RunCommand = (id: CommandId) => void

/** Moves the focus to the page's own filter, the field that carries this attribute. */
const focusFilter = () => document.querySelector<HTMLElement>('[data-page-filter]')?.focus()

export function useRunCommand(): RunCommand {
  const navigate = useNavigate()
  return useMemo(() => {
    const { set } = useView.getState()
    const { openInstall, showPalette, showShortcuts } = usePanels.getState()
    const toggleRail = () => set({ rail: useView.getState().rail === 'wide' ? 'narrow' : 'wide' })
    const acts: Record<Exclude<CommandId, `go.${string}`>, () => void> = {
      'models.import': () => openInstall(),
      'models.find': () => showPalette('models'),
      'models.package': () => void navigate({ to: '/package' }),
      'models.samples': () => void reportJob('Installing the samples', () => client.system.installSamples()),
      'models.verify': () => void reportJob('Verifying', () => client.models.verify({})),
      'view.palette': () => showPalette('commands'),
      'view.filter': focusFilter,
      'view.rail': toggleRail,
      'view.light': () => set({ theme: 'light' }),
      'view.dark': () => set({ theme: 'dark' }),
      'view.auto': () => set({ theme: 'auto' }),
      'view.comfortable': () => set({ density: 'comfortable' }),
      'view.default': () => set({ density: 'default' }),
      'view.compact': () => set({ density: 'compact' }),
      'help.shortcuts': () => showShortcuts(true),
    }
    const places = sections.map(({ command, to }) => [command, () => void navigate({ to })] as const)
    const all = new Map<string, () => void>([...Object.entries(acts), ...places])
    return (id) => all.get(id)?.()
  }, [navigate])
}
