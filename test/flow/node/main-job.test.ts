/** The main job, end to end: package, register, deploy, ask, see the answer and the record of the call. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '../../../src-main/base/signing-key.ts'
import type { ValidationReport } from '../../../src-main/contract/validation.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { testIssuer } from '../../support/licenses.ts'
import { samplesDirectory, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode

beforeAll(async () => {
  outpost = await startWholeNode()
})
afterAll(() => outpost[Symbol.asyncDispose]())

const signer = { publisher: 'samples', privateKey: generateSigningKey() }

async function packed(family: string, version: string): Promise<string> {
  const output = join(outpost.dataDirectory, `${family}-${version}.outpost`)
  await pack(await readSource(join(samplesDirectory, family, version)), { output, signer })
  return output
}

test('an unknown publisher is shown and refused, and let in once it is trusted', async () => {
  const path = await packed('debian-sections', '1.0.0')
  const first = await outpost.client.packages.inspect({ handle: (await outpost.node.adopt(path)).handle })
  expect(first.publisher.trust).toBe('unknown')
  expect(first).toMatchObject({ existing: 'none', predecessor: null })

  const refused = await outpost.client.packages.import({ packageId: first.packageId })
  expect((await outpost.ended(refused.jobId)).failure?.code).toBe('PUBLISHER_UNKNOWN')
  expect((await outpost.client.models.list({})).total).toBe(0)

  const again = await outpost.client.packages.inspect({ handle: (await outpost.node.adopt(path)).handle })
  const { jobId } = await outpost.client.packages.import({
    packageId: again.packageId,
    trust: again.publisher.fingerprint ?? '',
  })
  const job = await outpost.ended(jobId)
  expect(job.failure).toBeNull()
  expect(job.output).toMatchObject({ outcome: 'registered', model: 'samples.debian-sections' })
  // What was verified while the package was read stands in the report that is kept.
  const { report } = job.output as { report: ValidationReport }
  const found = report.checks.slice(0, 4).map(({ name, outcome }) => `${name} ${outcome}`)
  expect(found).toEqual(['structure passed', 'paths passed', 'digests passed', 'signature passed'])
  expect(report.checks[3]?.details).toEqual({
    publisher: 'samples',
    fingerprint: again.publisher.fingerprint,
  })
})

test('R40 R96 R175: a deployed version answers with its name, and the call is on record', async () => {
  const { text } = testIssuer('samples', signer.privateKey).license({
    model: { id: 'samples.debian-sections', range: '*' },
  })
  await outpost.client.licenses.install({ document: text })
  const row = await outpost.client.deployments.deploy({ model: 'samples.debian-sections', version: 'latest' })
  expect(row.failure).toBeNull()
  expect(row.state).toBe('ready')

  const { secret } = await outpost.client.keys.create({ name: 'consumer', scopes: ['infer'] })
  const answer = await outpost.ask(secret, '/v1/models/samples.debian-sections@1.x/predict', {
    inputs: 'first person shooter with cooperative multiplayer levels',
  })
  expect(answer.status).toBe(200)
  const body = (await answer.json()) as {
    id: string
    version: string
    digest: string
    outputs: Record<string, { top: Array<{ label: string }> }>[]
  }
  expect(body.version).toMatch(/^1\.0\.0\+/)
  expect(body.digest).toBe(row.digest)
  expect(body.outputs[0]?.probabilities?.top[0]?.label).toBe('games')

  await expect.poll(async () => (await outpost.client.requests.list({})).total, { timeout: 5000 }).toBe(1)
  const record = await outpost.client.requests.get({ id: body.id })
  expect(record).toMatchObject({
    status: 200,
    version: body.version,
    digest: body.digest,
    consumer: 'consumer',
    items: 1,
  })
})
