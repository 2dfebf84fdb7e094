/**
 * Binds every command's keys to the window, and the application's menu to the same commands. Single keys rest while
 * something is typed or a dialog is open, and can be switched off (WCAG 2.1.4).
 */
import { useEffect } from 'react'
import { createKeybindingsHandler } from 'tinykeys'
import { commandIds, commands } from '../../src-main/contract/commands.ts'
import { shell } from '../shell.ts'
import { useView } from '../state/view.ts'
import type { RunCommand } from './use-commands.ts'

function isBusy(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  return (
    target.closest(
      'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"]',
    ) !== null
  )
}

export function useShortcuts(run: RunCommand): void {
  useEffect(() => {
    const bindings: Record<string, (event: KeyboardEvent) => void> = {}
    let handle: (event: KeyboardEvent) => void = () => {}
    // Begun anew after each match: the other sequences would else still wait for their second key, and miss the
    // first of the next one. Which fields rest is decided here, so that Ctrl K works from within one.
    const begin = () => {
      handle = createKeybindingsHandler(bindings, {
        ignore: ({ repeat, isComposing }) => repeat || isComposing,
      })
    }
    for (const id of commandIds) {
      for (const keys of commands[id].keys) {
        bindings[keys] = (event) => {
          const single = !keys.includes('$mod')
          if (single && (isBusy(event.target) || !useView.getState().singleKeys)) return
          event.preventDefault()
          begin()
          run(id)
        }
      }
    }
    begin()
    const onKeyDown = (event: KeyboardEvent) => handle(event)
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [run])

  useEffect(() => shell?.onCommand(run), [run])
}
