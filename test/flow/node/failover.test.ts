/** R172: failover chains stay in step with the versions of an endpoint. */
import { expect, test } from 'vitest'
import { trafficPolicy } from '../../../src-main/contract/traffic.ts'
import { newVersion } from '../../support/handed-over.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryNode } from '../../support/temporary-node.ts'

test('a chain names the version before where its own becomes the primary, and none that was taken out', async () => {
  const outpost = await temporaryNode()
  const { client } = outpost
  await client.publishers.rename({ name: 'acme' })
  const endpoint = 'acme.chain'
  for (const [at, version] of ['1.0.0', '1.1.0', '1.2.0'].entries())
    await newVersion(outpost, endpoint, linearModel(4, 3, at), version)
  const deploy = (version: string, strategy: 'replace' | 'canary') =>
    client.deployments.deploy({ model: endpoint, version, strategy })
  await deploy('1.0.0', 'replace')
  await deploy('1.1.0', 'canary')
  const rules = [{ name: 'beta', header: 'x-beta', values: [], version: '1.2.0' }]
  const policy = trafficPolicy.parse({ failover: ['1.1.0'] })
  await client.deployments.setPolicy({ endpoint, policy })
  const failover = async () => (await client.deployments.list())[0]?.policy.failover
  await client.deployments.promote({ endpoint, version: '1.1.0' })
  expect(await failover()).toEqual(['1.0.0'])
  await client.deployments.rollBack({ endpoint })
  expect(await failover()).toEqual(['1.1.0'])
  await client.deployments.rollBack({ endpoint, version: '1.1.0' })
  expect(await failover()).toEqual([])
  // What a rule named before may stay, so that the rest can be changed.
  await deploy('1.2.0', 'canary')
  await client.deployments.setPolicy({ endpoint, policy: { ...policy, failover: [], rules } })
  await client.deployments.rollBack({ endpoint, version: '1.2.0' })
  const row = await client.deployments.setPolicy({
    endpoint,
    policy: { ...policy, failover: [], rules, tolerance: 0.5 },
  })
  expect(row.policy).toMatchObject({ tolerance: 0.5, rules })
})
