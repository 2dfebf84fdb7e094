/** What floats over the page, opened from anywhere: the install sheet, the palette, the shortcut sheet. */
import { create } from 'zustand'
import type { FileHandle } from '../../src-main/contract/shell.ts'
import type { ArtifactRow } from '../../src-main/contract/views.ts'

/** A file of a folder, with its place in a package. */
export interface PlacedFile {
  file: File
  name: string
  place: string
}

/** A file still in the page, or one that the node holds already. */
export type PickedFile = File | PlacedFile | FileHandle

/** A file on its way into a draft, as what a person said that it is; as its name says where nobody did. */
export interface SortedFile {
  picked: PickedFile
  kind?: ArtifactRow['kind']
}

interface Panels {
  /** Open when not null; without files the sheet asks for one. */
  install: { files: readonly PickedFile[] } | null
  /** What the palette lists. */
  palette: 'closed' | 'commands' | 'models'
  shortcuts: boolean
  openInstall: (files?: readonly PickedFile[]) => void
  closeInstall: () => void
  showPalette: (palette: Panels['palette']) => void
  showShortcuts: (shortcuts: boolean) => void
}

export const usePanels = create<Panels>()((set) => ({
  install: null,
  palette: 'closed',
  shortcuts: false,
  openInstall: (files = []) => set({ install: { files } }),
  closeInstall: () => set({ install: null }),
  showPalette: (palette) => set({ palette }),
  showShortcuts: (shortcuts) => set({ shortcuts }),
}))
