/** What a job does, in words: the kinds stand in the contract. */
import type { JobRow } from '../../src-main/contract/views.ts'

export const jobKinds: Record<JobRow['kind'], string> = {
  import: 'Install',
  build: 'Build',
  validate: 'Validate',
  verify: 'Verify',
  backup: 'Back up',
  samples: 'Install',
  collect: 'Clean up',
}

/** What these work on is said in words ("Sample models"), which inside a sentence begin with a small letter. */
const inWords: readonly JobRow['kind'][] = ['verify', 'backup', 'samples', 'collect']

export function jobTitle({ kind, target }: Pick<JobRow, 'kind' | 'target'>): string {
  const on = inWords.includes(kind) ? target.charAt(0).toLowerCase() + target.slice(1) : target
  return `${jobKinds[kind]} ${on}`.trim()
}
