/** The memory for models: never more than there is, whoever comes and goes; those that rest longest leave first. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPool, type PoolMember } from '../../../src-main/serving/hosting/pool.ts'

/** A model of so many bytes, as far as the pool can see. */
function modelOf(pool: ReturnType<typeof createPool>, name: string, bytes: number, isPinned = false) {
  let loaded = false
  let loading: Promise<void> | null = null
  let usedAt = 0
  const member: PoolMember = {
    name,
    isPinned,
    usedAt: () => usedAt,
    isBusy: () => false,
    leave: async () => {
      await new Promise(setImmediate)
      if (loaded) pool.release(member, bytes)
      loaded = false
    },
  }
  return {
    isLoaded: () => loaded,
    use: async (at: number) => {
      usedAt = at
      if (loaded) return
      loading ??= pool.admit(member, bytes, true).then(() => {
        loaded = true
        loading = null
      })
      await loading
    },
  }
}

test('the one that was asked longest ago leaves, a pinned one stays', async () => {
  const pool = createPool(100)
  const [pinned, first, second, third] = [
    modelOf(pool, 'pinned@1.0.0', 40, true),
    modelOf(pool, 'first@1.0.0', 30),
    modelOf(pool, 'second@1.0.0', 30),
    modelOf(pool, 'third@1.0.0', 30),
  ]
  await pinned.use(1)
  await first.use(2)
  await second.use(3)
  await first.use(4)
  await third.use(5)
  expect([pinned, first, second, third].map((model) => model.isLoaded())).toEqual([true, true, false, true])
})

test('where the memory becomes less, those that rest longest leave at once, and pinned ones stay', async () => {
  const pool = createPool(100)
  const [pinned, first, second] = [
    modelOf(pool, 'pinned@1.0.0', 40, true),
    modelOf(pool, 'first@1.0.0', 30),
    modelOf(pool, 'second@1.0.0', 30),
  ]
  for (const [at, model] of [pinned, first, second].entries()) await model.use(at)
  await pool.limit(75)
  expect([pinned, first, second].map((model) => model.isLoaded())).toEqual([true, false, true])
  await pool.limit(10)
  expect([pinned, first, second].map((model) => model.isLoaded())).toEqual([true, false, false])
  await expect(first.use(9)).rejects.toMatchObject({ code: 'MODEL_TOO_LARGE' })
  await pool.limit(100)
  await second.use(10)
  expect(second.isLoaded()).toBe(true)
})

test('one that does not fit is refused, with what is needed, what is there and what is pinned', async () => {
  const pool = createPool(100 * 2 ** 20)
  await modelOf(pool, 'acme.pinned@1.0.0', 60 * 2 ** 20, true).use(1)
  await expect(modelOf(pool, 'acme.large@1.0.0', 50 * 2 ** 20).use(2)).rejects.toMatchObject({
    code: 'MODEL_TOO_LARGE',
    message:
      'acme.large@1.0.0 needs about 50 MiB; models may take 100 MiB here. Pinned: acme.pinned@1.0.0 (60 MiB).',
    details: { neededBytes: 50 * 2 ** 20, loaded: [{ name: 'acme.pinned@1.0.0', pinned: true }] },
  })
})

test('the memory is never passed, and whoever may fit is let in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat({ max: 5 }), { maxLength: 40 }),
      async (sizes, uses) => {
        const pool = createPool(100)
        const models = sizes.map((bytes, at) => modelOf(pool, `m${at}`, bytes))
        let at = 0
        await Promise.all(
          uses.map(async (which) => {
            await models[which % models.length]?.use(++at)
            expect(pool.usedBytes()).toBeLessThanOrEqual(100)
          }),
        )
      },
    ),
    { numRuns: 200 },
  )
})
