/**
 * The two hooks on the path of a request: may this version answer, and what is it counted on. Decisions are kept until
 * the snapshot changes or something about them ends; each request then costs a comparison.
 */
import type { OutpostError } from '../../base/errors.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { RefusalSeen } from '../../contract/license/views.ts'
import { permitting } from '../../license/ladder/decide.ts'
import type { IdempotencyKeys } from '../../metering/quota/idempotency.ts'
import type { QuotaLedger } from '../../metering/quota/ledger.ts'
import { periodAt, periodEnd } from '../../metering/quota/period.ts'
import type { QuotaAccount, QuotaDenial, QuotaToken } from '../../metering/quota/types.ts'
import type {
  Admission,
  Grant,
  Idempotency,
  LicensingPort,
  Taking,
} from '../../serving/infer/licensing-port.ts'
import { tokensEstimated } from '../../serving/infer/tokens.ts'
import type { ServedVersion } from '../../serving/routing/routes.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { currentSnapshot } from '../../store/tables/meta.ts'
import { contentKeyOf } from './content-key.ts'
import {
  askedHere,
  decideVersion,
  denialError,
  denialOf,
  refusalFacts,
  type VersionFacts,
} from './decide-version.ts'
import type { Licensing } from './licensing.ts'
import { creditAccount, monthAccount } from './quota-accounts.ts'
import { refusedInWords } from './quota-words.ts'

export interface ServingAdmission extends LicensingPort {
  /** After a new snapshot: what was decided is decided anew. */
  follow(): void
  /** Refused since it was asked last, the newest first. */
  takeRefusals(): RefusalSeen[]
}

interface Parts {
  db: NodeReader
  licensing: Licensing
  ledger: QuotaLedger
  keys: IdempotencyKeys
}

/** What holds for one version and use until then. */
interface Standing {
  admission: Admission
  /** In the order in which their quotas are asked; empty where nobody's terms stand over the version. */
  plans: Plan[]
  /** Seconds of trusted time. */
  until: number
}

/** One license, with its accounts as of a month. */
interface Plan {
  license: LicensePayload
  month: QuotaAccount
  credits: QuotaAccount | null
}

/** However long nothing ends: a clock that was set right is noticed. */
const lookedAtEvery = 60
const refusalsMax = 50

export function createAdmission({ db, licensing, ledger, keys }: Parts): ServingAdmission {
  const standings = new Map<string, Standing>()
  let snapshot = currentSnapshot(db)
  let refusals: RefusalSeen[] = []
  let month = ''
  let monthUntil = 0

  /** The month of trusted time; its accounts are made anew when it ends. */
  function monthNow(now: number): string {
    if (now * 1000 >= monthUntil || month === '') {
      month = periodAt(now * 1000)
      monthUntil = periodEnd(month)
      standings.clear()
    }
    return month
  }

  function standingOf(version: ServedVersion, commercial: boolean | null): Standing {
    const now = licensing.now()
    const period = monthNow(now)
    const key = `${commercial ?? ''}${version.versionId}`
    const known = standings.get(key)
    if (known && now < known.until) return known
    const found = look(version, commercial, now, period)
    standings.set(key, found)
    return found
  }

  function look(version: ServedVersion, commercial: boolean | null, now: number, period: string): Standing {
    const asked = { operation: 'serve', commercial: commercial ?? undefined, now } as const
    const facts = factsOfServed(version)
    const decision = decideVersion(licensing, facts, asked)
    const until = Math.min(now + lookedAtEvery, decision.allowed ? (decision.until ?? Infinity) : Infinity)
    if (!decision.allowed) {
      const refusal = denialError(decision, `${version.model}@${version.version}`)
      return { admission: { allowed: false, refusal }, plans: [], until }
    }
    const { attribution } = decision
    if (decision.lid === null) return { admission: { allowed: true, attribution }, plans: [], until }
    const { usable } = licensing.book.of(version.model, now)
    const chosen = permitting(
      usable.map(({ standing }) => standing),
      { ...askedHere(licensing, asked), version: facts },
    )
    const plans = chosen.map(({ license }) => ({
      license,
      month: monthAccount(licensing.book.notes(), license, period),
      credits: creditAccount(licensing.book.notes(), license),
    }))
    return { admission: { allowed: true, attribution }, plans, until }
  }

  function refused(
    version: Pick<ServedVersion, 'model' | 'version'>,
    requestId: string,
    error: OutpostError,
  ): OutpostError {
    const seen = {
      ...refusalFacts(error),
      at: new Date().toISOString(),
      of: 'call' as const,
      model: version.model,
      version: version.version,
      requestId,
    }
    refusals = [seen, ...refusals.slice(0, refusalsMax - 1)]
    return error
  }

  /** What was counted on one license is counted on no other that would be asked before it by now. */
  function askedAgain(plans: readonly Plan[], taking: Taking): Plan[] | null {
    const { idempotency } = taking
    if (idempotency === null || plans.length < 2) return null
    const now = licensing.now() * 1000
    const known = plans.find(({ license }) => keys.knows(keyedOn(license, taking, idempotency), now))
    return known ? [known] : null
  }

  function take(taking: Taking): Grant {
    const { plans } = standingOf(taking.version, taking.caller.commercial)
    let refusal: OutpostError | null = null
    for (const plan of askedAgain(plans, taking) ?? plans) {
      const answer = takeFrom(plan, taking)
      if (!('refusal' in answer)) return answer
      refusal = answer.refusal
      if (refusal.code !== 'QUOTA_EXCEEDED' && refusal.code !== 'CREDITS_INSUFFICIENT') break
    }
    if (refusal === null) return unlicensed
    throw refused(taking.version, taking.requestId, refusal)
  }

  function takeFrom(plan: Plan, taking: Taking): Grant | { refusal: OutpostError } {
    const { license } = plan
    const { items, bytesIn, idempotency } = taking
    const { quota, price } = license.terms
    const now = licensing.now() * 1000
    const units = quota.unit === 'item' ? Math.max(1, items) : 1
    const estimate = creditsOf(price, units, tokensEstimated(bytesIn))
    const overage = { overage: quota.onExceed === 'overage' ? quota.overageMax : 0 }
    const takeBoth = (): QuotaToken[] | QuotaDenial => {
      const token = ledger.take(plan.month, overage, units, now)
      if (!token.admitted) return token
      if (plan.credits === null || estimate === 0) return [token]
      const credits = ledger.take(plan.credits, { overage: 0 }, estimate, now)
      if (credits.admitted) return [token, credits]
      ledger.giveBack(token)
      return credits
    }
    if (idempotency) {
      const held = keys.enter(keyedOn(license, taking, idempotency), now, takeBoth)
      if (!held.admitted) return { refusal: refusedInWords(held.refusal, license) }
      return grantOf(plan, units, held.bills, {
        answered: (credits) => held.succeed(units, credits),
        failed: held.fail,
      })
    }
    const taken = takeBoth()
    if ('refusal' in taken) return { refusal: refusedInWords(taken.refusal, license) }
    const [token, paid] = taken
    return grantOf(plan, units, () => true, {
      answered: (credits) => {
        if (paid) ledger.settle(paid, credits)
        if (token) ledger.settle(token, units)
      },
      failed: () => {
        for (const one of taken) ledger.giveBack(one)
      },
    })
  }

  return {
    follow: () => {
      const now = currentSnapshot(db)
      if (now !== snapshot) standings.clear()
      snapshot = now
    },
    takeRefusals: () => {
      const taken = refusals
      refusals = []
      return taken
    },
    contentKey: (version, keyId) => contentKeyOf(licensing, factsOfServed(version), keyId),
    admit: (caller, version, requestId) => {
      const { admission } = standingOf(version, caller.commercial)
      if (!admission.allowed && requestId !== null) refused(version, requestId, admission.refusal)
      return admission
    },
    undeployable: ({ model, reference, requestId }) => {
      const denied = denialOf(db, licensing, model, reference)
      return denied && refused({ model, version: denied.version }, requestId, denied.error)
    },
    refusedBy: (refusal) => {
      const { lid } = refusalFacts(refusal)
      return lid === null ? null : { license: lid, period: monthNow(licensing.now()) }
    },
    take,
  }
}

const keyedOn = ({ lid }: LicensePayload, { caller }: Taking, idempotency: Idempotency) => ({
  caller: caller.keyId ?? caller.name,
  license: lid,
  ...idempotency,
})

const unlicensed: Grant = {
  license: null,
  period: null,
  pricedByTokens: false,
  cost: () => ({ units: 0, credits: 0 }),
  answered: () => undefined,
  failed: () => undefined,
}

function grantOf(
  { license, month }: Plan,
  units: number,
  bills: () => boolean,
  end: { answered: (credits: number) => Promise<void> | void; failed: () => void },
): Grant {
  const { price } = license.terms
  const cost = (tokens: number) =>
    bills() ? { units, credits: creditsOf(price, units, tokens) } : { units: 0, credits: 0 }
  return {
    license: license.lid,
    period: month.period,
    pricedByTokens: price.kind === 'per-token',
    cost,
    answered: (tokens) => end.answered(cost(tokens).credits),
    failed: end.failed,
  }
}

/** A subscription is paid by the month in which something is counted, not by the call. */
function creditsOf(price: LicensePayload['terms']['price'], units: number, tokens: number): number {
  if (price.kind === 'per-request') return price.creditsPerRequest * units
  if (price.kind === 'per-token') return price.creditsPerThousand * Math.ceil(tokens / 1000)
  return 0
}

const factsOfServed = ({
  model,
  number,
  digest,
  publisherFingerprint,
  releasedAt,
}: ServedVersion): VersionFacts => ({
  model,
  version: number,
  digest,
  publisherFingerprint,
  releasedAt,
})
