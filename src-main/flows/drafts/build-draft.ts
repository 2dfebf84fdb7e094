/** The two jobs of the wizard: run the checks on a draft, and pack, sign and register it. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { instant } from '../../contract/names.ts'
import type { JobWork } from '../../jobs/runner.ts'
import { pack } from '../../package/archive/pack.ts'
import { readSource } from '../../package/archive/read-source.ts'
import { ownSigner } from '../access/publishers.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { examine } from '../packages/examine.ts'
import { installPackage } from '../packages/install-package.ts'
import { withSource } from './draft-folder.ts'
import { draftDetail, draftIsBuilt, isVersionTaken, requireDraft, saveDraft } from './drafts.ts'

const jobInput = z.object({ actor: z.string(), draftId: z.string(), claimedAt: instant.optional() })

/** The report stands on the draft; a check that fails is a result of this job and not its failure. */
export async function runDraftTest(node: NodeContext, work: JobWork): Promise<Record<string, unknown>> {
  const { actor, draftId } = jobInput.parse(work.input)
  const { report } = await withSource(node, draftId, (folder) =>
    examine(node, folder, { skipRun: false }, work, { from: 0, to: 1 }),
  )
  const details = { verdict: report.verdict }
  audited(node, { name: actor }, { action: 'draft.test', object: draftId, details }, () =>
    saveDraft(node, { ...requireDraft(node, draftId), report }),
  )
  return { draftId, report }
}

function refuseUnready(node: NodeContext, draftId: string): void {
  const problems = draftDetail(node, draftId).problemList.filter(({ level }) => level === 'error')
  const [first] = problems
  if (!first) return
  throw new OutpostError('DESCRIPTOR_INVALID', `The draft is not ready: ${first.message}`, {
    hint: problems.length > 1 ? `${problems.length} problems stand in the list beside the draft.` : undefined,
    details: { problems: problems.map(({ message }) => message) },
  })
}

export async function runDraftBuild(node: NodeContext, work: JobWork): Promise<Record<string, unknown>> {
  const { actor, draftId, claimedAt } = jobInput.parse(work.input)
  if (!isVersionTaken(node, draftId)) refuseUnready(node, draftId)
  const begun = requireDraft(node, draftId)
  const output = join(node.paths.staging, `${work.id}.outpost`)
  try {
    await withSource(node, draftId, async (folder) => {
      const source = await readSource(folder)
      await pack(source, {
        output,
        signer: ownSigner(node),
        signal: work.signal,
        onProgress: ({ bytesDone, bytesTotal }) =>
          work.report((bytesDone / Math.max(1, bytesTotal)) * 0.3, 'Packing'),
      })
    })
    const shifted = {
      ...work,
      report: ((progress, step, details) =>
        work.report(progress === null ? null : 0.3 + progress * 0.7, step, details)) as JobWork['report'],
    }
    const { model, version, digest, report } = await installPackage(
      node,
      { path: output, source: 'built', actor: { name: actor }, skipRun: false, claimedAt },
      shifted,
    )
    await draftIsBuilt(node, begun)
    return { model, version, digest, report, draftId }
  } finally {
    await rm(output, { force: true })
  }
}
