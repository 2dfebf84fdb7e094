/**
 * Which version of an endpoint a request goes to (R134, R166, R167): the first rule whose header matches, else the
 * bucket of its sticky key, else the primary. Pure, so that the tester of the deployments screen says what the door does.
 */
import { type BucketRange, bucketOf } from '../../base/buckets.ts'
import { bucketsTotal, type TargetRole, type TrafficPolicy } from '../../contract/traffic.ts'

/** What a request carries that routing may look at. */
export interface RequestTraits {
  /** Unique: what nothing else identifies is spread by it. */
  requestId: string
  consumer: string
  session: string | null
  header: (name: string) => string | undefined
}

export interface Choosable {
  /** As its users write it, build metadata included. */
  name: string
  role: TargetRole
  buckets: readonly BucketRange[]
}

export interface Split<Target extends Choosable> {
  /** Scopes the buckets: the endpoint's id. */
  scope: string
  policy: TrafficPolicy
  primary: Target
  others: readonly Target[]
  /** By bucket, the place in `others`; -1 is the primary. Null where no other has a share. */
  table: Int16Array | null
}

export function makeSplit<Target extends Choosable>(
  scope: string,
  policy: TrafficPolicy,
  primary: Target,
  others: readonly Target[],
): Split<Target> {
  const sharing = others.some(({ role, buckets }) => role === 'candidate' && buckets.length > 0)
  const table = sharing ? new Int16Array(bucketsTotal).fill(-1) : null
  for (const [at, { role, buckets }] of others.entries()) {
    if (role === 'candidate') for (const [from, to] of buckets) table?.fill(at, from, to)
  }
  return { scope, policy, primary, others, table }
}

export interface Choice<Target> {
  target: Target
  rule: string
}

/** What a request's sticky key is: what the policy names, or the next that it has. */
export function stickyKey(policy: TrafficPolicy, traits: RequestTraits): string {
  if (policy.stickyBy === 'request') return traits.requestId
  if (policy.stickyBy === 'session' && traits.session !== null) return `s:${traits.session}`
  return `c:${traits.consumer}`
}

/** `usable` leaves out a version that was taken out of the traffic. */
export function chooseTarget<Target extends Choosable>(
  split: Split<Target>,
  traits: RequestTraits,
  usable: (target: Target) => boolean = () => true,
): Choice<Target> {
  const { policy, primary, others, table } = split
  for (const { name, header, values, version } of policy.rules) {
    const value = traits.header(header)
    if (value === undefined || (values.length > 0 && !values.includes(value))) continue
    const target = primary.name === version ? primary : others.find((other) => other.name === version)
    if (target && target.role !== 'shadow' && usable(target)) return { target, rule: `flag ${name}` }
  }
  if (!table) return { target: primary, rule: 'endpoint default' }
  const bucket = bucketOf(split.scope, stickyKey(policy, traits), bucketsTotal)
  const at = table[bucket] ?? -1
  const target = at === -1 ? primary : (others[at] ?? primary)
  return usable(target)
    ? { target, rule: `split, bucket ${bucket}` }
    : { target: primary, rule: `split, bucket ${bucket}, ${target.name} taken out` }
}
