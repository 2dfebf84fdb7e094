/** A package whose checks are left out at its import, for models that no check would let in. */
import { join } from 'node:path'
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import { testIssuer } from './licenses.ts'
import { writeSource } from './package-folder.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { WholeNode } from './whole-node.ts'

/** Version 1.0.0 of the model, signed by a publisher that is trusted with it and licenses it. */
export async function installUnchecked(outpost: WholeNode, id: string, onnx: Uint8Array): Promise<void> {
  const folder = temporaryFolder()
  const output = join(folder, 'package.outpost')
  const source = await readSource(await writeSource(join(folder, 'source'), { id }, { 'model.onnx': onnx }))
  const signer = { publisher: id.split('.')[0] ?? '', privateKey: generateSigningKey() }
  await pack(source, { output, signer })
  const { handle } = await outpost.node.adopt(output)
  const { packageId, publisher } = await outpost.client.packages.inspect({ handle })
  const { jobId } = await outpost.client.packages.import({
    packageId,
    trust: publisher.fingerprint ?? '',
    skipRun: true,
  })
  const { failure } = await outpost.ended(jobId)
  if (failure) throw new Error(`${failure.code}: ${failure.message}`)
  const { text } = testIssuer(signer.publisher, signer.privateKey).license({ model: { id, range: '*' } })
  await outpost.client.licenses.install({ document: text })
}
