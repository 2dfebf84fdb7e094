/** The validation report that a job carries: whole when it has ended, or the checks so far while it runs. */
import { z } from 'zod'
import {
  type ValidationCheck,
  type ValidationReport,
  validationCheck,
  validationReport,
} from '../../src-main/contract/validation.ts'
import type { JobRow } from '../../src-main/contract/views.ts'

const partial = z.object({ checks: z.array(validationCheck) })

export function reportOf({ output, failure }: JobRow): ValidationReport | null {
  const found = validationReport.safeParse(output?.report ?? failure?.details?.report)
  return found.success ? found.data : null
}

export function checksOf(job: JobRow): ValidationCheck[] {
  const report = reportOf(job)
  if (report) return report.checks
  return partial.safeParse(job.output).data?.checks ?? []
}
