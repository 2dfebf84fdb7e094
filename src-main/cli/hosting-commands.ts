/** How an endpoint is hosted: its threads, its queue, its time in memory. */
import { OutpostError } from '../base/errors.ts'
import { issuesInWords } from '../base/issue-words.ts'
import { type HostingInput, hostingInput } from '../contract/hosting.ts'
import type { AddCommand } from './add-command.ts'
import { table } from './terminal.ts'

export function addHostingCommands(add: AddCommand): void {
  add(
    'hosting <endpoint> [settings...]',
    'Show or set device, threads, batches, queue, copies and time in memory of an endpoint',
    'outpost hosting acme.digits maxBatchSize=32 pinned=true p99TargetMs=20',
    (command) => command.option('--tune', 'measure again which number of operator threads answers soonest'),
  ).run(async (context, endpoint: string, given: string[], { tune = false }: { tune?: boolean }) => {
    const settings = changesOf(given)
    const row = await context.withNode(async ({ client }) => {
      if (tune) {
        if (given.length > 0) await client.deployments.setHosting({ endpoint, settings })
        return client.deployments.tune({ endpoint })
      }
      if (given.length > 0) return client.deployments.setHosting({ endpoint, settings })
      const found = (await client.deployments.list()).find((one) => one.endpoint === endpoint)
      if (found) return found
      throw new OutpostError('ENDPOINT_NOT_FOUND', `There is no endpoint "${endpoint}".`, {
        hint: 'outpost deployments lists what is there.',
      })
    })
    const rows = Object.entries(row.settings).map(([name, value]) => [name, settingText(value)])
    context.terminal.result(row.settings, table(['Setting', 'Value'], rows))
  })
}

/** As it is written to set it; what is not set is left to the node. */
function settingText(value: unknown): string {
  if (value === null || value === undefined) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** `maxBatchSize=32 pinned=true`, values in JSON. */
function changesOf(given: string[]): HostingInput {
  const values = given.map((text) => {
    const [name = '', ...rest] = text.split('=')
    return [name, jsonOrText(rest.join('='))] as const
  })
  const changes = Object.fromEntries(values)
  const read = hostingInput.strict().safeParse(changes)
  if (read.success) return read.data
  const unknown = Object.keys(changes).find((name) => !(name in hostingInput.shape))
  const problem =
    unknown === undefined ? issuesInWords(read.error.issues, changes) : `There is no setting "${unknown}".`
  throw new OutpostError('CLI_USAGE', problem, {
    hint: `Settings are NAME=VALUE, of ${Object.keys(hostingInput.shape).join(', ')}.`,
  })
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // refused by its schema, with its name
  }
}
