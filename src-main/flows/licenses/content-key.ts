/** The key of sealed weights, out of a license that permits them to be served here and now. */
import { OutpostError } from '../../base/errors.ts'
import { permitting } from '../../license/ladder/decide.ts'
import { unwrapContentKey } from '../../license/sealed-weights/wrap-key.ts'
import { askedHere, decideVersion, denialError, type VersionFacts } from './decide-version.ts'
import type { Licensing } from './licensing.ts'

/**
 * Throws the code of the rung that denies; LIC_NONE where no license permits that carries this key for this machine.
 * Whoever gets the key overwrites it when it is done.
 */
export function contentKeyOf(licensing: Licensing, version: VersionFacts, keyId: string): Buffer {
  const subject = `The weights of ${version.model}@${version.version} are sealed`
  const now = licensing.now()
  const node = licensing.identity.id
  const standings = licensing.book.of(version.model, now).usable.map(({ standing }) => standing)
  const question = { ...askedHere(licensing, { operation: 'serve', now }), version }
  for (const { license } of permitting(standings, question)) {
    if (license.enc?.keyId !== keyId) continue
    const wrapped = license.enc.wrapped.find((one) => one.node === node)
    if (wrapped) return unwrapContentKey(wrapped.key, licensing.identity.sealingKey, { node, keyId })
  }
  const decision = decideVersion(licensing, version, { operation: 'serve', now })
  if (!decision.allowed && decision.code !== 'LIC_NONE') throw denialError(decision, subject)
  const publisher = version.model.split('.')[0]
  throw new OutpostError(
    'LIC_NONE',
    `${subject}, and no license that is installed here has their key for this machine.`,
    {
      hint: `Import the license first, and the package after it. The license has to be made for this machine: outpost license request ${version.model}, and send the file to "${publisher}".`,
      details: { keyId },
    },
  )
}
