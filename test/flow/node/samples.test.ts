/** The sample models: each may be used from the moment that it is there, whatever becomes of those after it. */
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { licensePresets } from '../../../src-main/contract/license/terms.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'
import { temporaryNode } from '../../support/temporary-node.ts'

const samplesDirectory = sharedFolder()

test('a sample is licensed before it can be tried, also where the next one fails', async () => {
  const samples = join(import.meta.dirname, '../../../resources/samples')
  cpSync(join(samples, 'breast-cancer'), join(samplesDirectory, 'breast-cancer'), { recursive: true })
  mkdirSync(join(samplesDirectory, 'zz-broken/1.0.0'), { recursive: true })
  const outpost = await temporaryNode({ samplesDirectory })
  const { jobId } = await outpost.client.system.installSamples()
  expect(await outpost.ended(jobId)).toMatchObject({ state: 'failed' })
  const model = 'samples.breast-cancer'
  const { examples } = await outpost.client.models.version({ model, version: 'stable' })
  const answer = await outpost.client.playground.infer({ model, inputs: examples[0]?.inputs })
  const { title } = await outpost.client.models.get({ model })
  expect(answer).toMatchObject({ model, attribution: `Model by samples: ${title}` })
  // What a person tries first shows what the model tells apart, and is answered rightly.
  expect(examples.map(({ label }) => label)).toEqual([
    ...['malignant', 'benign', 'malignant', 'benign', 'malignant'],
  ])
  for (const { inputs, label } of examples) {
    const { outputs } = await outpost.client.playground.infer({ model, inputs })
    expect(JSON.stringify(outputs)).toMatch(new RegExp(`"label":"${label}"`))
  }
})

test('what the samples deploy is no step that a person has done', async () => {
  rmSync(join(samplesDirectory, 'zz-broken'), { recursive: true })
  const outpost = await temporaryNode({ samplesDirectory })
  const { client } = outpost
  expect(await outpost.ended((await client.system.installSamples()).jobId)).toMatchObject({ state: 'done' })
  expect(await client.system.status()).toMatchObject({
    counts: { deployments: 1 },
    checklist: { samples: true, deployed: false },
  })
  await client.deployments.deploy({ model: 'samples.breast-cancer', version: '1.0.0' })
  expect((await client.system.status()).checklist.deployed).toBe(true)
})

test('a sample whose license goes beyond its type says so', async () => {
  const outpost = await temporaryNode({ serving: null })
  const { client } = outpost
  await outpost.ended((await client.system.installSamples()).jobId)
  const licenses = (await client.licenses.list({})).flatMap(({ license }) => license ?? [])
  const beyond = licenses.filter(
    ({ exp, terms }) =>
      terms.rights.redistribution !== licensePresets[terms.type].rights.redistribution ||
      (exp === null) !== (licensePresets[terms.type].days === null),
  )
  const saying = licenses.filter(({ terms }) => terms.custom.includes('Beyond its type'))
  expect(saying.map(({ model }) => model.id).toSorted()).toEqual([
    'samples.debian-sections',
    'samples.digits',
  ])
  expect(saying).toEqual(beyond)
})
