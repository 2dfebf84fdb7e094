/** What the API shows of drafts: packages that are still being put together, in the wizard. Times are ISO 8601 UTC, sizes bytes. */
import { z } from 'zod'
import { draftStep } from './choices.ts'
import { digest, modelId, rowId, timestamp, versionName } from './names.ts'
import { graphSummary, packageDescriptor } from './package.ts'
import { validationReport } from './validation.ts'
import { artifactKind } from './views.ts'

const draftProblem = z.object({
  level: z.enum(['error', 'warning', 'hint']),
  step: draftStep,
  /** The field it is about, as a path in the descriptor. */
  field: z.string().nullable(),
  message: z.string(),
})
export const draftFile = z.object({
  path: z.string(),
  kind: artifactKind,
  bytes: z.int(),
  digest: digest.nullable(),
})
export const textOrigins = z.partialRecord(
  z.enum(['card', 'license', 'migrationGuide', 'labels']),
  z.discriminatedUnion('from', [
    z.object({ from: z.literal('file'), path: z.string() }),
    /** The version that the draft began from, as people name it. */
    z.object({ from: z.literal('version'), version: z.string() }),
  ]),
)
export const draftRow = z.object({
  id: rowId,
  title: z.string(),
  model: z.string(),
  version: z.string(),
  step: draftStep,
  problems: z.int(),
  updatedAt: timestamp,
})
/** A model that a draft may begin from. */
export const draftBase = z.object({ id: modelId, title: z.string() })
export const draftDetail = draftRow.extend({
  /** The descriptor as far as it is filled in: it need not be valid yet. */
  descriptor: z.record(z.string(), z.unknown()),
  files: z.array(draftFile),
  graph: graphSummary.nullable(),
  texts: z.object({ card: z.string(), license: z.string(), migrationGuide: z.string(), labels: z.string() }),
  /** Where a text came from that was not typed. */
  origins: textOrigins,
  problemList: z.array(draftProblem),
  /** The newest version of this model id in the registry, and the one that the change type computes. */
  predecessor: z.object({ version: versionName, descriptor: packageDescriptor }).nullable(),
  suggestedVersion: z.string(),
  report: validationReport.nullable(),
  /** The command that does the same in a script, with what GET /api/drafts/{id}/folder gives; null without id or version. */
  command: z.string().nullable(),
})
export type DraftDetail = z.infer<typeof draftDetail>
