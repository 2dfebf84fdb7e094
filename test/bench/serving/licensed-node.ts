/** A serving node whose models are another publisher's, under licenses that count each request and are never used up. */
import { termsOf, testIssuer } from '../../support/licenses.ts'
import { createServingNode, type ServingNode, type TestVersion } from '../../support/serving-node.ts'
import { storeLicense, trustIssuer } from '../../support/stored-licenses.ts'

const quota = { unit: 'request', max: 10 ** 12, onExceed: 'deny', overageMax: null } as const

export async function createLicensedNode(): Promise<ServingNode> {
  const node = await createServingNode()
  const issuer = testIssuer('acme')
  trustIssuer(node.db, issuer)
  const licensed = new Set<string>()
  return {
    ...node,
    register: (version: TestVersion) => {
      const { model } = version
      if (!licensed.has(model))
        storeLicense(node.db, issuer, {
          model: { id: model, range: '*' },
          terms: termsOf('ENTERPRISE', { quota }),
        })
      licensed.add(model)
      return node.register({ ...version, publisher: { name: issuer.name, fingerprint: issuer.kid } })
    },
  }
}
