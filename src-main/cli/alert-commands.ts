/** What is watched of served models: drift, rules, alerts, and the webhooks that are told. */
import { OutpostError } from '../base/errors.ts'
import { counted } from '../base/quantities.ts'
import { type AlertMetric, alertMetric, type DriftRow, firesBelow } from '../contract/alerts.ts'
import type { AddCommand } from './add-command.ts'
import { wholeNumber } from './names.ts'
import { table } from './terminal.ts'

const short = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(3))))

/** Features of one version that are shown. */
const shownMax = 12

export function addAlertCommands(add: AddCommand): void {
  add('alerts', 'List the alerts, those that fire first', 'outpost alerts').run(async (context) => {
    const rows = await context.withNode((node) => node.client.alerts.list())
    const cells = rows.map((row) => [row.state, row.since, `${row.endpoint} ${row.version}`, row.message])
    context.terminal.result(rows, table(['State', 'Since', 'What', 'Why'], cells))
  })

  add('alerts rules', 'List the rules of alerts', 'outpost alerts rules').run(async (context) => {
    const rows = await context.withNode((node) => node.client.alerts.rules())
    const cells = rows.map((row) => [
      row.id,
      row.metric,
      `${firesBelow(row) ? '<' : '>'} ${row.threshold}`,
      `${row.windowSeconds} s`,
      String(row.countMin),
      [row.endpoint ?? 'every endpoint', row.version ?? ''].join(' ').trim(),
    ])
    context.terminal.result(rows, table(['Id', 'Metric', 'Fires', 'Window', 'Least', 'Of'], cells))
  })

  add(
    'alerts add <metric> <threshold>',
    `Add a rule; the metric is ${alertMetric.options.join(', ')}, which fires below its threshold`,
    'outpost alerts add psi 0.25 --endpoint acme.digits --window 3600 --least 200',
    (command) =>
      command
        .option('--endpoint <endpoint>', 'every endpoint unless told otherwise')
        .option('--version <version>', 'every version that answers unless told otherwise')
        .option('--window <seconds>', 'how far back it looks', wholeNumber(5, 86_400), 300)
        .option(
          '--least <count>',
          'requests, samples or scores under which nothing is said',
          wholeNumber(1, 1_000_000),
          50,
        ),
  ).run(
    async (
      context,
      metric: string,
      threshold: string,
      options: { endpoint?: string; version?: string; window: number; least: number },
    ) => {
      const { endpoint = null, version = null, window: windowSeconds, least: countMin } = options
      const input = { endpoint, version, windowSeconds, countMin }
      const rule = await context.withNode((node) =>
        node.client.alerts.addRule({ ...input, metric: metricOf(metric), threshold: numberOf(threshold) }),
      )
      context.terminal.result(rule, rule.id)
    },
  )

  add('alerts remove <id>', 'Remove a rule', 'outpost alerts remove 0190…').run(
    async (context, id: string) => {
      await context.withNode((node) => node.client.alerts.removeRule({ id }))
      context.terminal.result({}, 'The rule is removed.')
    },
  )

  add(
    'drift [model]',
    'How far the inputs and outputs of what is served are from its suite',
    'outpost drift acme.digits',
  ).run(async (context, model: string | undefined) => {
    const rows = await context.withNode((node) => node.client.alerts.drift({ model }))
    const text = rows.map(driftText).join('\n\n')
    context.terminal.result(rows, text === '' ? 'No request was looked at yet.' : text)
  })

  addWebhookCommands(add)
}

function addWebhookCommands(add: AddCommand): void {
  add(
    'webhook add <url>',
    'Tell this address of alerts; prints the secret of its signatures, this once',
    'outpost webhook add https://chat.example/hooks/outpost',
  ).run(async (context, url: string) => {
    const made = await context.withNode((node) => node.client.webhooks.add({ url }))
    context.terminal.result(made, made.secret)
  })
  add('webhook list', 'List who is told of alerts', 'outpost webhook list').run(async (context) => {
    const rows = await context.withNode((node) => node.client.webhooks.list())
    const cells = rows.map((row) => [
      row.id,
      row.url,
      String(row.waiting),
      row.lastDeliveredAt ?? 'never',
      row.lastError ?? '',
    ])
    context.terminal.result(rows, table(['Id', 'Address', 'Waiting', 'Delivered', 'Problem'], cells))
  })
  add('webhook test <id>', 'Send it a message now', 'outpost webhook test 0190…').run(
    async (context, id: string) => {
      await context.withNode((node) => node.client.webhooks.test({ id }))
      context.terminal.result({}, 'It took the message.')
    },
  )
  add('webhook remove <id>', 'Tell it no longer', 'outpost webhook remove 0190…').run(
    async (context, id: string) => {
      await context.withNode((node) => node.client.webhooks.remove({ id }))
      context.terminal.result({}, 'The webhook is removed.')
    },
  )
}

function driftText(row: DriftRow): string {
  const head = `${row.endpoint} ${row.version}: `
  if (row.reference === 'none') return `${head}its package has no suite to compare with`
  if (row.features.length === 0) return `${head}${counted(row.samples, 'sample')} so far, too few to compare`
  const cells = row.features
    .slice(0, shownMax)
    .map((feature) => [
      `${feature.side} ${feature.tensor}`,
      feature.name,
      short(feature.psi),
      short(feature.ks),
      short(feature.ksChance),
      feature.usual,
      feature.seen,
    ])
  const features = table(['Of', 'Feature', 'PSI', 'KS', 'Chance', 'Usual', 'Seen'], cells)
  return `${head}${counted(row.samples, 'sample')} beside ${counted(row.cases, 'case')} of its suite\n${features}`
}

function metricOf(text: string): AlertMetric {
  const read = alertMetric.safeParse(text)
  if (read.success) return read.data
  throw new OutpostError(
    'CLI_USAGE',
    `"${text}" is no metric: write one of ${alertMetric.options.join(', ')}.`,
  )
}

function numberOf(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && number >= 0) return number
  throw new OutpostError('CLI_USAGE', `"${text}" is no threshold: write a number from 0 on.`)
}
