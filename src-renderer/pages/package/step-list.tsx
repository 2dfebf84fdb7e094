/** The steps in a row: which one is open, which have errors, which were gone through. */
import { IconCheck } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { DraftDetail } from '../../../src-main/contract/views.ts'
import css from './package.module.css'
import { placeOf, type Step, steps } from './steps.ts'

export function StepList({ draft, current }: { draft: DraftDetail; current: Step }) {
  return (
    <nav aria-label="Steps" className={css.steps}>
      <ol>
        {steps.map(({ step, title }, at) => {
          const errors = draft.problemList.filter(
            (problem) => problem.step === step && problem.level === 'error',
          ).length
          const past = at < placeOf(draft.step)
          const state = errors > 0 && past ? 'wrong' : past ? 'done' : 'open'
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
                  {state === 'done' ? <IconCheck size={13} stroke={2.4} /> : at + 1}
                </span>
                {title}
                {state === 'wrong' && <span className={css.errors}>{errors} to solve</span>}
              </Link>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
