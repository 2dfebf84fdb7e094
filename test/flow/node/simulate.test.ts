/** What would happen on a day to come, after a number of requests: by the document of that day, and by all licenses. */
import { expect, test } from 'vitest'
import { importedForeign } from '../../support/foreign-package.ts'
import { nowSeconds, requestsAMonth, termsOf } from '../../support/licenses.ts'
import { temporaryNode } from '../../support/temporary-node.ts'

const day = 86_400
const quotaOf = (max: number) => termsOf('DEVELOPER', { quota: requestsAMonth(max) })

test('the document of that day counts, and what one license does not cover the next one does', async () => {
  const outpost = await temporaryNode({ serving: null })
  const { issuer } = await importedForeign(outpost)
  const install = (document: string) => outpost.client.licenses.install({ document })
  const now = nowSeconds()
  const after = async (days: number, requests: number) => {
    const at = new Date((now + days * day) * 1000).toISOString()
    const { models } = await outpost.client.licenses.simulate({ at, requests })
    return models[0]?.quota
  }
  const { payload, text } = issuer.license({ exp: now + 40 * day, terms: quotaOf(100) })
  await install(text)
  // The next document is installed ahead, with a larger quota.
  const next = { lid: payload.lid, seq: 2, nbf: now + 40 * day, exp: now + 400 * day }
  await install(issuer.license({ ...next, terms: quotaOf(1000) }).text)
  expect(await after(0, 150)).toEqual({ limit: 100, used: 0, after: 100, refused: 50 })
  expect(await after(60, 150)).toEqual({ limit: 1000, used: 0, after: 150, refused: 0 })
  // A second license of the same model: both were paid for.
  await install(issuer.license({ exp: now + 20 * day, terms: quotaOf(30) }).text)
  expect(await after(0, 150)).toEqual({ limit: 130, used: 0, after: 130, refused: 20 })
  await install(issuer.license({ exp: now + 20 * day, terms: termsOf('PROFESSIONAL') }).text)
  expect(await after(0, 150)).toBeNull()
}, 60_000)
