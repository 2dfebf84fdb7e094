/** The steps in a row: which one is open, which have errors or warnings, which were gone through. */
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { formatCount } from '../../components/format.ts'
import css from './step-list.module.css'
import { placeOf, type Step, steps } from './steps.ts'

const marks: Partial<Record<string, ReactNode>> = {
  done: <IconCheck size={13} stroke={2.4} />,
  warned: <IconAlertTriangle size={12} stroke={2.2} />,
}

/** A step that was passed by with nothing to look at, with nothing run, or before all was solved, has no tick. */
function nothingDone(step: Step, { graph, report, problemList }: DraftDetail): boolean {
  if (step === 'test') return report === null
  if (step === 'review') return problemList.some(({ level }) => level === 'error')
  return (step === 'inspect' || step === 'schema') && graph === null
}

export function StepList({ draft, current }: { draft: DraftDetail; current: Step }) {
  return (
    <nav aria-label="Steps" className={css.steps}>
      <ol>
        {steps.map(({ step, title }, at) => {
          const count = (level: DraftDetail['problemList'][number]['level']): number =>
            draft.problemList.filter((problem) => problem.step === step && problem.level === level).length
          const [errors, warnings] = [count('error'), count('warning')]
          const past = at < placeOf(draft.step)
          const state =
            !past || nothingDone(step, draft)
              ? 'open'
              : errors > 0
                ? 'wrong'
                : warnings > 0
                  ? 'warned'
                  : 'done'
          return (
            <li key={step}>
              <Link
                to="/package/$draft"
                params={{ draft: draft.id }}
                search={{ step }}
                data-current={step === current || undefined}
                data-state={state}
                aria-current={step === current ? 'step' : undefined}
              >
                <span className={css.number} aria-hidden>
                  {marks[state] ?? at + 1}
                </span>
                {title}
                {state === 'wrong' && <span className={css.errors}>{errors} to solve</span>}
                {state === 'warned' && (
                  <span className={css.warnings}>{formatCount(warnings, 'warnings')}</span>
                )}
              </Link>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
