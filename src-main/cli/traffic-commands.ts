/** What answers on an endpoint, and how it changes: shift, promote, roll back, which, transitions, deprecate. */
import { Option } from 'commander'
import { OutpostError } from '../base/errors.ts'
import { stickyBy, type TrafficPolicy } from '../contract/traffic.ts'
import { answeredBy } from '../contract/traffic-words.ts'
import type { DeploymentRow } from '../contract/views.ts'
import type { AddCommand } from './add-command.ts'
import { requireVersion, timeOption } from './names.ts'
import { table } from './terminal.ts'

const percent = (weight: number): string => `${weight / 100} %`

/** One line a version: what it is here, its share and how it does. */
export const targetsText = (row: DeploymentRow): string =>
  table(
    ['Version', 'Role', 'Share', 'State', 'Requests', 'p95 ms', 'Quality'],
    row.targets.map(({ version, role, weight, state, requestsTotal, latencyMsP95, quality }) => [
      version,
      role,
      percent(weight),
      state,
      String(requestsTotal),
      latencyMsP95 === null ? '-' : latencyMsP95.toFixed(1),
      quality === null ? '-' : `${quality.mean.toFixed(3)} of ${quality.total}`,
    ]),
  )

/** `12.5` or `12.5%` of the requests, as buckets. */
export function weightOf(text: string): number {
  const number = Number(text.trim().replace(/\s*%$/, ''))
  if (text.trim() !== '' && number >= 0 && number <= 100) return Math.round(number * 100)
  throw new OutpostError('CLI_USAGE', `"${text}" is no share: write a number from 0 to 100.`)
}

const stickyText: Record<TrafficPolicy['stickyBy'], string> = {
  consumer: 'A key stays on one version: a share is a share of the keys.',
  session: 'A session (header outpost-session) stays on one version; without one, its key.',
  request: 'Each request is spread on its own: a share is a share of the requests.',
}

export function addTrafficCommands(add: AddCommand): void {
  add(
    'shift <endpoint> <version> <percent>',
    'Give a candidate its share, of keys unless "sticky" chose otherwise',
    'outpost shift digits 1.1.0 25',
  ).run(async (context, endpoint: string, version: string, share: string) => {
    const input = { endpoint, version, weight: weightOf(share) }
    const row = await context.withNode((node) => node.client.deployments.shift(input))
    context.terminal.result(row, targetsText(row))
  })

  add(
    'promote <endpoint> <version>',
    'Make a version the one that answers; the one before stays at hand',
    'outpost promote digits 1.1.0',
  ).run(async (context, endpoint: string, version: string) => {
    const row = await context.withNode((node) => node.client.deployments.promote({ endpoint, version }))
    context.terminal.result(row, targetsText(row))
  })

  add(
    'rollback <endpoint>',
    'End what is under way, or bring the version before back',
    'outpost rollback digits --reason "too slow"',
    (command) =>
      command
        .option('--version <version>', 'the candidate or shadow to take out')
        .option('--reason <text>', 'kept with the record'),
  ).run(async (context, endpoint: string, options: { version?: string; reason?: string }) => {
    const row = await context.withNode((node) => node.client.deployments.rollBack({ endpoint, ...options }))
    context.terminal.result(row, targetsText(row))
  })

  add(
    'which <endpoint> <consumer>',
    'The version that requests of a key go to',
    'outpost which digits ci --session 42 --header x-beta=yes',
    (command) =>
      command
        .option('--session <id>', 'the value of the header outpost-session')
        .option('--header <name=value...>', 'headers that the request carries'),
  ).run(
    async (context, endpoint: string, consumer: string, options: { session?: string; header?: string[] }) => {
      const headers = Object.fromEntries((options.header ?? []).map(splitHeader))
      const found = await context.withNode((node) =>
        node.client.deployments.which({ endpoint, consumer, session: options.session, headers }),
      )
      const answer = `${found.version} (${found.role}) by ${found.rule}`
      context.terminal.result(found, found.note === null ? answer : `${answer}\n${found.note}`)
    },
  )

  add(
    'sticky <endpoint> <by>',
    'Choose what stays on one version: key, session, or request (nothing)',
    'outpost sticky digits session',
  ).run(async (context, endpoint: string, kept: string) => {
    const by = stickyBy.safeParse(kept === 'key' ? 'consumer' : kept).data
    if (by === undefined)
      throw new OutpostError('CLI_USAGE', `"${kept}" is none of key, session and request.`)
    const row = await context.withNode(async ({ client }) => {
      const found = (await client.deployments.list()).find((one) => one.endpoint === endpoint)
      if (found) return client.deployments.setPolicy({ endpoint, policy: { ...found.policy, stickyBy: by } })
      throw new OutpostError('ENDPOINT_NOT_FOUND', `There is no endpoint "${endpoint}".`, {
        hint: 'outpost deployments lists them.',
      })
    })
    context.terminal.result(row, stickyText[by])
  })

  add(
    'transitions <endpoint>',
    'What an endpoint answered with, newest first',
    'outpost transitions digits',
  ).run(async (context, endpoint: string) => {
    const rows = await context.withNode((node) => node.client.deployments.transitions({ endpoint }))
    const cells = rows.map((row) => [
      row.startedAt,
      row.strategy,
      `${row.from ?? '-'} → ${row.to}`,
      row.status,
      row.actor,
      row.reason ?? '',
    ])
    context.terminal.result(rows, table(['Began', 'Strategy', 'Change', 'Status', 'By', 'Reason'], cells))
  })

  add(
    'deprecate <model@version>',
    'Say that a version is on its way out, until when and for what',
    'outpost deprecate acme.digits@1.0.0 --sunset 2027-06-30 --replacement 1.1.0',
    (command) =>
      command
        .option('--sunset <date>', 'from then on it is answered with 410', timeOption)
        .option('--replacement <version>', 'what to use instead')
        .addOption(new Option('--undo', 'take it back').conflicts(['sunset', 'replacement'])),
  ).run(
    async (context, reference: string, options: { sunset?: string; replacement?: string; undo?: true }) => {
      const deprecation = options.undo
        ? null
        : {
            sunsetAt: options.sunset ?? null,
            replacement: options.replacement ?? null,
          }
      const [version, rows] = await context.withNode(async ({ client }) => [
        await client.models.deprecate({ ...requireVersion(reference), deprecation }),
        await client.deployments.list(),
      ])
      const until = version.sunsetAt === null ? '' : `, answered until ${version.sunsetAt}`
      context.terminal.result(
        version,
        options.undo
          ? `${reference} is not deprecated`
          : [`${reference} is deprecated${until}`, answeredBy(rows, version.model, version.version)]
              .filter((line) => line !== null)
              .join('\n'),
      )
    },
  )
}

function splitHeader(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new OutpostError('CLI_USAGE', `"${text}" is no header: write name=value.`)
}
