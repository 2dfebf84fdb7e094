/** Where the licenses here do not let a package be served: which one is needed, from whom, and how to ask for it. */
import type { PackageInspection } from '../../../src-main/contract/views.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner } from '../../components/page.tsx'

interface LicenseNeededProps {
  inspection: PackageInspection
  /** The installation is over. */
  installed?: boolean
  onLeave: () => void
}

export function LicenseNeeded({ inspection, installed = false, onLeave }: LicenseNeededProps) {
  const { license, descriptor, publisher } = inspection
  if (license.allowed) return null
  const { id, sealed } = descriptor
  const missing = license.code === 'LIC_NONE'
  return (
    <Banner
      tone="warn"
      title={
        missing
          ? `To be deployed it needs a license of ${publisher.name}.`
          : 'The license here does not let it be deployed.'
      }
      {...((installed || sealed || !missing) && {
        actions: (
          <LinkButton
            size="xs"
            to="/licenses"
            search={missing ? { dialog: 'request', model: id } : { model: id }}
            onClick={onLeave}
          >
            {missing ? `Ask ${publisher.name} for a license` : 'See the license'}
          </LinkButton>
        ),
      })}
    >
      {missing ? (
        <>
          Make the request file of this machine for {id}, send it to {publisher.name}, and import the file
          that comes back, which ends in .license.{' '}
          {sealed
            ? 'Its weights are sealed: import the license first, and the package after it.'
            : installed
              ? 'Until then it can be looked at, and not be asked.'
              : 'The package can be installed before that.'}
        </>
      ) : (
        <>
          {license.clause} {license.evidence} {license.remedy}
        </>
      )}{' '}
      <code>{license.code}</code>
    </Banner>
  )
}
