/** A serving node whose models are another publisher's, under licenses that count each request and are never used up. */
import type { LicenseType } from '../../../src-main/contract/license/terms.ts'
import { termsOf, testIssuer } from '../../support/licenses.ts'
import { createServingNode, type ServingNode, type TestVersion } from '../../support/serving-node.ts'
import { storeLicense, trustIssuer } from '../../support/stored-licenses.ts'

const quota = { unit: 'request', max: 10 ** 12, onExceed: 'deny', overageMax: null } as const

export interface LicensedNode extends ServingNode {
  /** As the node's own work, which needs no license. */
  registerOwn: ServingNode['register']
}

export async function createLicensedNode(type: LicenseType = 'ENTERPRISE'): Promise<LicensedNode> {
  const node = await createServingNode()
  const issuer = testIssuer('acme')
  trustIssuer(node.db, issuer)
  const licensed = new Set<string>()
  return {
    ...node,
    registerOwn: node.register,
    register: (version: TestVersion) => {
      const { model } = version
      if (!licensed.has(model))
        storeLicense(node.db, issuer, {
          model: { id: model, range: '*' },
          terms: termsOf(type, { quota }),
        })
      licensed.add(model)
      return node.register({ ...version, publisher: { name: issuer.name, fingerprint: issuer.kid } })
    },
  }
}
