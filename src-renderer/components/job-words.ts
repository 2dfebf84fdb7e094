/** What a job does, in words: the kinds stand in the contract. */
import type { JobRow } from '../../src-main/contract/views.ts'

export const jobKinds: Record<JobRow['kind'], string> = {
  import: 'Install',
  build: 'Build',
  validate: 'Validate',
  verify: 'Verify',
  backup: 'Back up',
  samples: 'Install samples',
  collect: 'Clean up storage',
}

export const jobTitle = ({ kind, target }: Pick<JobRow, 'kind' | 'target'>): string =>
  target ? `${jobKinds[kind]} ${target}` : jobKinds[kind]
