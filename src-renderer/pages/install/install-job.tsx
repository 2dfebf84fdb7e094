/** The installation as it goes: step and bar, the checks as they come in, and at the end what can be done next. */
import { Button } from '@mantine/core'
import type { PackageInspection } from '../../../src-main/contract/views.ts'
import { JobProgress } from '../../components/job-progress.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner, Stack } from '../../components/page.tsx'
import { ValidationChecks, ValidationSummary } from '../../components/validation-checks.tsx'
import { hasEnded, useJob } from '../../data/job.ts'
import { checksOf, reportOf } from '../../data/report.ts'
import css from './install.module.css'
import { LicenseNeeded } from './license-needed.tsx'

type Props = { jobId: string; inspection: PackageInspection; onClose: () => void; onNext?: () => void }

export function InstallJob({ jobId, inspection, onClose, onNext }: Props) {
  const { descriptor, license } = inspection
  const job = useJob(jobId).data
  const report = job ? reportOf(job) : null
  const checks = job ? checksOf(job) : []
  return (
    <Stack>
      <header className={css.head}>
        <h2>{descriptor.title}</h2>
        <p className={css.id}>
          {descriptor.id} <b>{descriptor.version}</b>
        </p>
      </header>
      <JobProgress id={jobId} what="The installation">
        {() => (
          <>
            <Banner tone="ok" title="Installed.">
              {descriptor.id} {descriptor.version}{' '}
              {license.allowed ? 'can be tried and deployed.' : 'is in the registry, with its files checked.'}
            </Banner>
            <LicenseNeeded inspection={inspection} installed onLeave={onClose} />
          </>
        )}
      </JobProgress>
      {report && <ValidationSummary report={report} />}
      {checks.length > 0 && <ValidationChecks checks={checks} />}
      <div className={css.buttons}>
        <Button onClick={onClose}>{job && !hasEnded(job) ? 'Close, it goes on' : 'Close'}</Button>
        {job?.state === 'done' && (
          <>
            <LinkButton to="/models/$model" params={{ model: descriptor.id }} onClick={onClose}>
              Open the model
            </LinkButton>
            {license.allowed && (
              <LinkButton
                to="/playground"
                search={{ model: descriptor.id, version: descriptor.version }}
                variant={onNext ? 'default' : 'filled'}
                onClick={onClose}
              >
                Try it
              </LinkButton>
            )}
          </>
        )}
        {onNext && job && hasEnded(job) && (
          <Button variant="filled" onClick={onNext}>
            Next package
          </Button>
        )}
      </div>
    </Stack>
  )
}
