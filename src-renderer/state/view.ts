/** How this person likes the UI: theme, rail, density, persona, columns. Kept in the browser, never on the node. */
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { ColorTheme } from '../../src-main/contract/shell.ts'

export type Density = 'comfortable' | 'default' | 'compact'
export type Persona = 'provider' | 'operator' | 'qa'

interface View {
  theme: ColorTheme
  rail: 'wide' | 'narrow'
  density: Density
  /** Null until the question on Home was answered or skipped. */
  persona: Persona | 'skipped' | null
  checklistHidden: boolean
  /** Shortcuts of one key without a modifier (WCAG 2.1.4 asks that they can be switched off). */
  singleKeys: boolean
  /** Columns that differ from a table's own choice, by table and column. */
  columns: Record<string, Record<string, boolean>>
  set: (change: Partial<Omit<View, 'set'>>) => void
}

export const useView = create<View>()(
  persist(
    (set) => ({
      theme: 'auto',
      rail: 'wide',
      density: 'default',
      persona: null,
      checklistHidden: false,
      singleKeys: true,
      columns: {},
      set: (change) => set(change),
    }),
    { name: 'outpost.view' },
  ),
)
