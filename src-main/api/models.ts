/** Handlers of models, packages and drafts. */
import { listBases } from '../flows/drafts/bases.ts'
import type { FileToTake } from '../flows/drafts/draft-intake.ts'
import {
  addDraftFiles,
  createDraft,
  draftDetail,
  listDrafts,
  removeDraft,
  removeDraftFile,
  updateDraft,
} from '../flows/drafts/drafts.ts'
import { discardPackage, importPackage, inspectPackage } from '../flows/packages/import-package.ts'
import {
  deprecateVersion,
  findModel,
  findVersion,
  listModels,
  listVersions,
  pinAlias,
  removeVersion,
  resolveVersion,
} from '../flows/registry.ts'
import { api } from './implementer.ts'

export const models = api.models.router({
  list: api.models.list.handler(({ context, input }) => listModels(context.node, input)),
  get: api.models.get.handler(({ context, input }) => findModel(context.node, input.model)),
  versions: api.models.versions.handler(({ context, input }) => listVersions(context.node, input)),
  version: api.models.version.handler(({ context, input }) =>
    findVersion(context.node, input.model, input.version),
  ),
  resolve: api.models.resolve.handler(({ context, input }) =>
    resolveVersion(context.node, input.model, input.version),
  ),
  remove: api.models.remove.handler(({ context, input }) =>
    removeVersion(context.node, context.actor, input.model, input.version),
  ),
  deprecate: api.models.deprecate.handler(({ context, input }) =>
    deprecateVersion(context.node, context.actor, input),
  ),
  pin: api.models.pin.handler(({ context, input }) => pinAlias(context.node, context.actor, input)),
  verify: api.models.verify.handler(({ context, input }) => ({
    jobId: context.node.jobs.submit('verify', input.model ?? 'All models', {
      actor: context.actor.name,
      model: input.model ?? null,
    }),
  })),
})

export const packages = api.packages.router({
  inspect: api.packages.inspect.handler(({ context, input }) => inspectPackage(context.node, input.handle)),
  import: api.packages.import.handler(({ context, input }) =>
    importPackage(context.node, context.actor, input),
  ),
  discard: api.packages.discard.handler(({ context, input }) =>
    discardPackage(context.node, input.packageId),
  ),
})

interface FilesInput {
  handles: (string | { handle: string; path?: string | undefined; kind?: FileToTake['kind'] })[]
  /** Of those that name none themselves. */
  kind?: FileToTake['kind']
}

const asFiles = ({ handles, kind }: FilesInput): FileToTake[] =>
  handles.map((one) => {
    if (typeof one === 'string') return { handle: one, kind }
    const { handle, path } = one
    return { handle, kind: one.kind ?? kind, ...(path === undefined ? {} : { path }) }
  })

export const drafts = api.drafts.router({
  list: api.drafts.list.handler(({ context, input }) => listDrafts(context.node, input)),
  bases: api.drafts.bases.handler(({ context, input }) => listBases(context.node, input)),
  get: api.drafts.get.handler(({ context, input }) => draftDetail(context.node, input.id)),
  create: api.drafts.create.handler(({ context, input }) =>
    createDraft(context.node, context.actor, { files: asFiles(input), basedOn: input.basedOn }),
  ),
  update: api.drafts.update.handler(({ context, input }) => updateDraft(context.node, context.actor, input)),
  addFiles: api.drafts.addFiles.handler(({ context, input }) =>
    addDraftFiles(context.node, context.actor, input.id, asFiles(input)),
  ),
  removeFile: api.drafts.removeFile.handler(({ context, input }) =>
    removeDraftFile(context.node, context.actor, input.id, input.path),
  ),
  test: api.drafts.test.handler(async ({ context, input }) => ({
    jobId: context.node.jobs.submit('validate', (await draftDetail(context.node, input.id)).title, {
      actor: context.actor.name,
      draftId: input.id,
    }),
  })),
  build: api.drafts.build.handler(async ({ context, input }) => ({
    jobId: context.node.jobs.submit('build', (await draftDetail(context.node, input.id)).title, {
      actor: context.actor.name,
      draftId: input.id,
    }),
  })),
  remove: api.drafts.remove.handler(({ context, input }) =>
    removeDraft(context.node, context.actor, input.id),
  ),
})
