/** What a container does at its start: installs the package that it carries and deploys it, unless it has done so. */
import { basename } from 'node:path'
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import type { NodeContext } from '../node-context.ts'
import { submitImport } from '../packages/import-package.ts'
import { deploy } from './deploy.ts'

const installed = z.object({ model: z.string(), version: z.string() })

/** `trust` is the fingerprint of the publisher's key. The checks that run the model were done at its registration. */
export async function servePackage(
  node: NodeContext,
  { path, trust }: { path: string; trust: string | undefined },
): Promise<z.infer<typeof installed>> {
  const actor = { kind: 'owner' as const, name: 'node', scopes: [] }
  const file = { path, name: basename(path), bytes: 0, owned: false }
  const job = await node.jobs.ended(submitImport(node, actor, file, { trust, skipRun: true }))
  if (job.failure) throw OutpostError.fromFailure(job.failure)
  const { model, version } = installed.parse(job.output)
  await deploy(node, actor, { model, version, executionProvider: 'auto' })
  return { model, version }
}
