/** The form of one step and the way on and back under it. */
import { Button } from '@mantine/core'
import type { ComponentType } from 'react'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { BuildStep } from './build-step.tsx'
import { CardStep } from './card-step.tsx'
import { InspectStep } from './inspect-step.tsx'
import { LicenseStep } from './license-step.tsx'
import css from './package.module.css'
import { ReviewStep } from './review-step.tsx'
import { SchemaStep } from './schema-step.tsx'
import { SourceStep } from './source-step.tsx'
import type { StepProps } from './step-props.ts'
import { type Step, stepAfter, stepBefore, titleOf } from './steps.ts'
import { TestStep } from './test-step.tsx'
import { VersionStep } from './version-step.tsx'

type Props = StepProps & { step: Step; replace: (draft: DraftDetail) => void }

const forms: Record<Exclude<Step, 'source' | 'test'>, ComponentType<StepProps>> = {
  inspect: InspectStep,
  schema: SchemaStep,
  version: VersionStep,
  card: CardStep,
  license: LicenseStep,
  review: ReviewStep,
  build: BuildStep,
}

export function StepContent({ step, replace, ...props }: Props) {
  const [before, after] = [stepBefore(step), stepAfter(step)]
  const Form = step === 'source' || step === 'test' ? null : forms[step]
  return (
    <>
      {Form && <Form {...props} />}
      {step === 'source' && <SourceStep {...props} replace={replace} />}
      {step === 'test' && <TestStep {...props} replace={replace} />}
      <div className={css.way}>
        {before && (
          <Button onClick={() => props.goTo(before)}>Back to {titleOf(before).toLowerCase()}</Button>
        )}
        {after && (
          <Button variant="filled" onClick={() => props.goTo(after)}>
            Continue to {titleOf(after).toLowerCase()}
          </Button>
        )}
      </div>
    </>
  )
}
