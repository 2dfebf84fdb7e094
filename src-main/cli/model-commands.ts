/** The registry: models, versions, delete, verify. */
import { OutpostError } from '../base/errors.ts'
import { bytesText, counted } from '../base/quantities.ts'
import { kindOfChange } from '../contract/kind-of-change.ts'
import type { VersionRow } from '../contract/views.ts'
import type { AddCommand } from './add-command.ts'
import { finishJob } from './jobs.ts'
import { requireVersion } from './names.ts'
import { type Page, paged, restOf } from './paged.ts'
import { table } from './terminal.ts'

export function addModelCommands(add: AddCommand): void {
  add(
    'models [search]',
    'List the models of the registry, or search them',
    'outpost models digits --limit 20',
    paged,
  ).run(async (context, search: string, { limit, offset }: Page) => {
    const page = await context.withNode((node) =>
      node.client.models.list({ search: search || undefined, limit, offset }),
    )
    const rows = page.rows.map((model) => [
      model.id,
      model.latest,
      model.stable ?? '-',
      String(model.versions),
      bytesText(model.bytes),
      model.endpoints.map(({ name }) => name).join(' ') || '-',
      model.title,
    ])
    context.terminal.result(
      page,
      table(['Model', 'Latest', 'Stable', 'Versions', 'Size', 'Endpoints', 'Title'], rows) + restOf(page),
    )
  })

  add(
    'versions <model>',
    'List the versions of a model, newest first',
    'outpost versions acme.digits',
    paged,
  ).run(async (context, model: string, { limit, offset }: Page) => {
    const page = await context.withNode((node) => node.client.models.versions({ model, limit, offset }))
    const rows = page.rows.map((version) => [
      version.version,
      kindOfChange(version),
      version.aliases.join(' ') || '-',
      version.metric ? `${version.metric.name} ${version.metric.value.toFixed(4)}` : '-',
      bytesText(version.bytes),
      version.publisher.trust,
      lifeOf(version),
      version.digest,
    ])
    context.terminal.result(
      page,
      table(['Version', 'Change', 'Aliases', 'Metric', 'Size', 'Publisher', 'Support', 'Digest'], rows) +
        restOf(page),
    )
  })

  add('delete <model@version>', 'Delete a version that nothing uses', 'outpost delete acme.digits@1.0.0').run(
    async (context, reference: string) => {
      const version = requireVersion(reference)
      const freed = await context.withNode((node) => node.client.models.remove(version))
      context.terminal.result(freed, `${reference} deleted, ${bytesText(freed.bytesFreed)} freed`)
    },
  )

  add('verify [model]', 'Hash every stored artifact again', 'outpost verify').run(
    async (context, model: string) => {
      const output = await context.withNode(async (node) =>
        finishJob(
          context,
          node,
          (await node.client.models.verify({ model: model || undefined })).jobId,
          'Verifying',
        ),
      )
      const damaged = Array.isArray(output.damaged)
        ? (output.damaged as { model: string; version: string }[])
        : []
      const lines = damaged.map((one) => `✗ ${one.model}@${one.version}`)
      context.terminal.result(
        output,
        [
          ...lines,
          `${counted(Number(output.versions), 'version')} looked at, ${damaged.length} damaged`,
        ].join('\n'),
      )
      if (damaged.length > 0) {
        throw new OutpostError(
          'ARTIFACT_CORRUPT',
          `Files of ${counted(damaged.length, 'version')} differ from their digest.`,
          {
            hint: 'Import their packages again: that puts the right bytes back.',
            details: { reported: true },
          },
        )
      }
    },
  )
}

/** Deprecated versions end on a day, or have none yet. */
function lifeOf({ deprecatedAt, sunsetAt }: Pick<VersionRow, 'deprecatedAt' | 'sunsetAt'>): string {
  if (deprecatedAt === null) return 'supported'
  return sunsetAt === null ? 'deprecated' : `deprecated, ends ${sunsetAt.slice(0, 10)}`
}
