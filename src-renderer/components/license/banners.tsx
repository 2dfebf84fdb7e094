/** The banners and refusals of licenses as other pages show them: fetched once the page is there, which it need not wait for. */
import { type ComponentProps, type ComponentType, lazy, Suspense } from 'react'
import { failureOf } from '../../data/failure.ts'
import { ErrorNotice } from '../states.tsx'
import type {
  LostLicenses as LostLicensesPart,
  VersionLicense as VersionLicensePart,
} from './license-notices.tsx'
import type { RefusalNotice as RefusalNoticePart } from './refusal.tsx'

const codes = /^(LIC_|QUOTA_EXCEEDED$|CREDITS_INSUFFICIENT$|STATE_MISSING$)/
const Nothing = () => null

type Notices = typeof import('./license-notices.tsx')

/** A page goes on without its banners where the node does not send them. */
const part = <Props extends object>(choose: (notices: Notices) => ComponentType<Props>) =>
  lazy(() =>
    import('./license-notices.tsx').then(
      (notices) => ({ default: choose(notices) }),
      () => ({ default: Nothing as ComponentType<Props> }),
    ),
  )

const NodePart = part((notices) => notices.NodeLicenses)
const VersionPart = part<ComponentProps<typeof VersionLicensePart>>((notices) => notices.VersionLicense)
const StoppedPart = part((notices) => notices.CountingStopped)
const LostPart = part<ComponentProps<typeof LostLicensesPart>>((notices) => notices.LostLicenses)
const RefusalPart = lazy(async () => ({ default: (await import('./refusal.tsx')).RefusalNotice }))

export const NodeLicenses = () => (
  <Suspense fallback={null}>
    <NodePart />
  </Suspense>
)

export const CountingStopped = () => (
  <Suspense fallback={null}>
    <StoppedPart />
  </Suspense>
)

export const VersionLicense = (props: ComponentProps<typeof VersionLicensePart>) => (
  <Suspense fallback={null}>
    <VersionPart {...props} />
  </Suspense>
)

export const LostLicenses = (props: ComponentProps<typeof LostLicensesPart>) => (
  <Suspense fallback={null}>
    <LostPart {...props} />
  </Suspense>
)

/** Any failure; one of a license also tells its clause, what was found against it, and the way on. */
export function RefusalNotice({ model, ...rest }: ComponentProps<typeof RefusalNoticePart>) {
  const plain = <ErrorNotice {...rest} />
  if (!codes.test(failureOf(rest.error).code)) return plain
  return (
    <Suspense fallback={plain}>
      <RefusalPart model={model} {...rest} />
    </Suspense>
  )
}
