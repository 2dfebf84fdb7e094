/** The steps of the wizard in their order, with what each is called; the address names one, and all can be gone to. */
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'

export type Step = DraftDetail['step']

export const steps: readonly { step: Step; title: string }[] = [
  { step: 'source', title: 'Files' },
  { step: 'inspect', title: 'Inspect' },
  { step: 'schema', title: 'Schema' },
  { step: 'version', title: 'Version' },
  { step: 'card', title: 'Card' },
  { step: 'license', title: 'License' },
  { step: 'test', title: 'Test' },
  { step: 'review', title: 'Review' },
  { step: 'build', title: 'Build' },
]

export const placeOf = (step: Step): number => steps.findIndex((one) => one.step === step)
export const stepAfter = (step: Step): Step | null => steps[placeOf(step) + 1]?.step ?? null
export const stepBefore = (step: Step): Step | null => steps[placeOf(step) - 1]?.step ?? null
export const titleOf = (step: Step): string => steps[placeOf(step)]?.title ?? step
