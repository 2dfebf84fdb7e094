/** What a container does at its start: installs the package that it carries and deploys it, unless it has done so. */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { installDocument } from '../licenses/documents.ts'
import type { NodeContext } from '../node-context.ts'
import { submitImport } from '../packages/import-package.ts'
import { deploy } from './deploy.ts'

const installed = z.object({ model: z.string(), version: z.string() })

/** `trust` is the fingerprint of the publisher's key, `licenses` are its documents. The checks that run the model were done at its registration. */
export async function servePackage(
  node: NodeContext,
  { path, trust, licenses }: { path: string; trust: string | undefined; licenses: readonly string[] },
): Promise<z.infer<typeof installed>> {
  const actor = { kind: 'owner' as const, name: 'node', scopes: [] }
  const file = node.files.take((await node.files.adopt(path)).handle) // NOT_FOUND with its name
  const job = await node.jobs.ended(submitImport(node, actor, file, { trust, skipRun: true }))
  if (job.failure) throw OutpostError.fromFailure(job.failure)
  const { model, version } = installed.parse(job.output)
  for (const document of licenses) await installDocument(node, actor, { document, acceptConflict: true })
  await deploy(node, actor, { model, version, executionProvider: 'auto' })
  return { model, version }
}
