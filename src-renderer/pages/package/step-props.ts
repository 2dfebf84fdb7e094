/** What every step of the wizard is given: the draft as it stands, and the ways to change it. */
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import type { DraftDescriptor } from './descriptor.ts'
import type { Step } from './steps.ts'
import type { Texts } from './use-draft.ts'

export interface StepProps {
  draft: DraftDetail
  /** The descriptor, read leniently: a missing field is empty. */
  fields: DraftDescriptor
  /** Replaces top-level fields of the descriptor; null takes one out. */
  edit: (fields: Record<string, unknown>) => void
  editText: (texts: Partial<Texts>) => void
  /** For the input of a descriptor's field: the id that the problems panel jumps to, and what is wrong with it. */
  field: (path: string) => { id: string; error: string | null }
  /** Saves what is typed; a job must not start on an older state. */
  save: () => Promise<void>
  goTo: (step: Step) => void
}

export const fieldId = (path: string): string => `field-${path}`
