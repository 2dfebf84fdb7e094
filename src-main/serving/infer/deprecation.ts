/**
 * What a consumer of a deprecated version is told with each answer (R62): the headers Deprecation (RFC 9745), Sunset
 * (RFC 8594) and Link to what comes after (RFC 5829), the same in the body of /v1, and 410 once its time is over.
 */
import { OutpostError } from '../../base/errors.ts'
import type { DeprecationNotice } from '../../contract/api/serving.ts'
import type { RouteTarget, ServedDeprecation, ServedVersion } from '../routing/routes.ts'
import type { Target } from './target.ts'

const dayMs = 86_400_000

/** Null before the date from which it counts as deprecated. */
const inForce = (target: Target, now: number): ServedDeprecation | null => {
  const deprecation = target.traffic?.target.deprecation ?? null
  return deprecation && deprecation.deprecatedAt <= now ? deprecation : null
}

export function deprecationHeaders(target: Target, now: number): Record<string, string> {
  const deprecation = inForce(target, now)
  if (!deprecation) return {}
  const { deprecatedAt, sunsetAt, replacement } = deprecation
  return {
    deprecation: `@${Math.floor(deprecatedAt / 1000)}`,
    ...(sunsetAt === null ? {} : { sunset: new Date(sunsetAt).toUTCString() }),
    ...(replacement === null ? {} : { link: linkTo(target.version, replacement) }),
  }
}

const linkTo = ({ model }: ServedVersion, replacement: string): string =>
  `</v1/models/${model}@${encodeURIComponent(replacement)}/predict>; rel="successor-version"`

export function deprecationNotice(target: Target, now: number): DeprecationNotice | undefined {
  const deprecation = inForce(target, now)
  if (!deprecation) return undefined
  const { sunsetAt, replacement } = deprecation
  const days = sunsetAt === null ? null : Math.max(0, Math.ceil((sunsetAt - now) / dayMs))
  const message =
    days === null ? 'Deprecated.' : `Deprecated. Sunset in ${days} ${days === 1 ? 'day' : 'days'}.`
  return { deprecated: true, message, daysLeft: days, recommendedVersion: replacement }
}

export const isPastSunset = ({ deprecation }: Pick<RouteTarget, 'deprecation'>, now: number): boolean =>
  now >= (deprecation?.sunsetAt ?? Number.POSITIVE_INFINITY)

/** VERSION_SUNSET from the date on. */
export function refuseAfterSunset(target: RouteTarget, now: number): void {
  const { name, version, deprecation } = target
  if (!deprecation || !isPastSunset(target, now)) return
  const { replacement } = deprecation
  const date = new Date(deprecation.sunsetAt ?? now).toISOString().slice(0, 10)
  throw new OutpostError('VERSION_SUNSET', `${version.model}@${name} has not been served since ${date}.`, {
    hint: replacement === null ? 'Ask its publisher what to use instead.' : `Use ${replacement} instead.`,
    details: { replacement },
  })
}
