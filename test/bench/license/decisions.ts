/** What a license costs where it is read, where it decides, and where ten thousand of them are installed. */
import { Buffer } from 'node:buffer'
import { newId } from '../../../src-main/base/ids.ts'
import { createAdmission } from '../../../src-main/flows/licenses/admission.ts'
import { openLicensing } from '../../../src-main/flows/licenses/open-licensing.ts'
import { openDocument } from '../../../src-main/license/envelope/open-document.ts'
import { createIssuers } from '../../../src-main/license/issuers/issuers.ts'
import { createIdempotencyKeys } from '../../../src-main/metering/quota/idempotency.ts'
import { openQuotaLedger } from '../../../src-main/metering/quota/ledger.ts'
import type { Caller } from '../../../src-main/serving/door/callers.ts'
import type { ServedVersion } from '../../../src-main/serving/routing/routes.ts'
import { dataPaths } from '../../../src-main/store/data-paths.ts'
import { openNodeDatabase } from '../../../src-main/store/open.ts'
import { inTransaction, type NodeWriter } from '../../../src-main/store/sqlite.ts'
import { nextSnapshot } from '../../../src-main/store/tables/meta.ts'
import { type TestIssuer, termsOf, testIssuer } from '../../support/licenses.ts'
import { storeLicense, trustIssuer } from '../../support/stored-licenses.ts'
import { type Figure, median, type Part } from '../figures.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const rounds = 7
const verifications = 2000
const requests = 200_000
const installed = 10_000
const log = { warn: () => undefined }

export const measureDecisions: Part = async () => {
  const issuer = testIssuer()
  return [verification(issuer), ...(await onePerRequest(issuer)), ...(await manyInstalled(issuer))]
}

const timed = (work: () => void): number => {
  const from = performance.now()
  work()
  return performance.now() - from
}

function verification(issuer: TestIssuer): Figure {
  const bytes = Buffer.from(issuer.license().text)
  const issuers = createIssuers([{ name: issuer.name, fingerprint: issuer.kid, key: issuer.key }], [])
  const once = () => {
    const { payload, kid } = openDocument('license', bytes, issuers.findKey)
    issuers.require({ kid, iss: payload.iss, iat: payload.iat }, 'license')
  }
  const each = Array.from(
    { length: rounds },
    () =>
      timed(() => {
        for (let at = 0; at < verifications; at++) once()
      }) / verifications,
  )
  return {
    name: 'A license verified from its bytes',
    value: median(each),
    unit: 'ms',
    target: { atMost: 0.2 },
    note: `${bytes.byteLength} bytes; about 0.1 ms is wanted`,
  }
}

function databaseWith(issuer: TestIssuer, count: number): { directory: string; db: NodeWriter } {
  const directory = temporaryFolder()
  const db = openNodeDatabase(directory)
  inTransaction(db, () => {
    trustIssuer(db, issuer)
    for (let number = 0; number < count; number++) {
      const model = number === 0 ? 'acme.cells' : `acme.model-${number}`
      storeLicense(db, issuer, { model: { id: model, range: '*' }, terms: termsOf('PROFESSIONAL') })
    }
    nextSnapshot(db)
  })
  return { directory, db }
}

const caller: Caller = {
  name: 'bench',
  keyId: null,
  internal: false,
  scopes: ['infer'],
  requestsPerMinute: null,
  expiresAt: null,
  commercial: null,
}
/** What the admission looks at of a version. */
const version = {
  versionId: 'v1',
  model: 'acme.cells',
  number: '1.0.0',
  version: '1.0.0',
  digest: `sha256:${'0'.repeat(64)}`,
  publisherFingerprint: `sha256:${'1'.repeat(64)}`,
  releasedAt: 0,
} as ServedVersion

async function open(directory: string, db: NodeWriter) {
  const opened = await openLicensing({
    db,
    root: directory,
    keys: dataPaths(directory).keys,
    pepper: Buffer.alloc(32, 1),
    process: 'serving',
  })
  const ledger = openQuotaLedger({
    directory,
    macKey: Buffer.alloc(32, 1),
    bootId: 'boot',
    time: { now: () => opened.clock.now(), monotonic: () => performance.now() },
    log,
  })
  const admission = createAdmission({
    db,
    licensing: opened.licensing,
    ledger,
    keys: createIdempotencyKeys(ledger, log),
  })
  return {
    admission,
    close: async () => {
      ledger.close()
      await opened.close()
    },
  }
}

async function onePerRequest(issuer: TestIssuer): Promise<Figure[]> {
  const { directory, db } = databaseWith(issuer, 1)
  const { admission, close } = await open(directory, db)
  const taking = { caller, version, requestId: newId(), items: 1, bytesIn: 100, idempotency: null }
  const check: number[] = []
  const count: number[] = []
  for (let round = 0; round < rounds; round++) {
    check.push(
      timed(() => {
        for (let at = 0; at < requests; at++) admission.admit(caller, version, taking.requestId)
      }),
    )
    count.push(
      timed(() => {
        for (let at = 0; at < requests; at++) void admission.take(taking).answered(0)
      }),
    )
  }
  await close()
  db.close()
  const micros = (all: number[]): number => (median(all) * 1000) / requests
  const of = `${rounds} × ${requests}, median`
  return [
    { name: 'License hook, a request', value: micros(check), unit: 'µs', target: { atMost: 5 }, note: of },
    { name: 'Metering hook, a request', value: micros(count), unit: 'µs', target: { atMost: 5 }, note: of },
  ]
}

/** Until the first request of one model can be answered: nothing of the others is looked at. */
async function manyInstalled(issuer: TestIssuer): Promise<Figure[]> {
  const { directory, db } = databaseWith(issuer, installed)
  const taken: number[] = []
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    const { admission, close } = await open(directory, db)
    if (!admission.admit(caller, version, newId()).allowed) throw new Error('the license does not allow it')
    taken.push(performance.now() - from)
    await close()
  }
  db.close()
  return [
    {
      name: `Start with ${installed.toLocaleString('en-US')} licenses, to the first decision`,
      value: median(taken),
      unit: 'ms',
      target: { atMost: 200 },
      note: 'each is verified at its first use',
    },
  ]
}
