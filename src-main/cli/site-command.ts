/** What a site declares of itself to its licensors, on the command line. */
import { Option } from 'commander'
import type { SiteChange } from '../contract/license/views.ts'
import type { AddCommand } from './add-command.ts'

interface SiteOptions {
  name?: string
  country?: string
  account?: string[]
  anyAccount?: boolean
  commercial?: boolean
}

/** What is not named stays as it was. */
const changeOf = ({ account, anyAccount, ...named }: SiteOptions): SiteChange => {
  const accounts = anyAccount ? [] : account
  return { ...named, ...(accounts && { accounts }) }
}

export function addSiteCommand(add: AddCommand): void {
  add(
    'license site',
    'Declare where this site is, whose it is and whether it is business; without options, show it',
    'outpost license site --name berlin --country DE --account "Example Bank" --commercial',
    (command) =>
      command
        .option('--name <name>', 'as licenses for one site call it')
        .option('--country <code>', 'ISO 3166-1 alpha-2, such as DE')
        .option(
          '--account <name...>',
          'all names by which your licensors know you: licenses for another account are refused',
        )
        .addOption(new Option('--any-account', 'take licenses for any account again').conflicts('account'))
        .option('--commercial', 'what runs here is business')
        .option('--no-commercial', 'what runs here is no business'),
  ).run(async (context, options: SiteOptions) => {
    const { shown, refused } = await context.withNode(async ({ client }) => {
      if (Object.keys(options).length > 0) await client.licenses.declareSite(changeOf(options))
      const rows = await client.licenses.list({})
      return {
        shown: await client.licenses.node({}),
        refused: rows.filter(({ problem }) => problem?.code === 'LIC_AUDIENCE'),
      }
    })
    const { site, nodeId, trustedTime, anomalies, ledger } = shown
    const lines = [
      `Machine  ${nodeId}`,
      `Site     ${site.name ?? 'not named'}, ${site.country ?? 'no country'}, ${site.commercial ? 'commercial' : 'not commercial'}`,
      `Account  ${site.accounts.length === 0 ? 'any' : site.accounts.join(', ')}`,
      ...refused.map(({ lid, problem }) => `Refused  ${lid}: ${problem?.message}`),
      `Time     ${trustedTime} (trusted)`,
      ...anomalies.map(({ message, hint }) => `Clock    ${message} ${hint}`),
      ...(ledger ? [`Counting ${ledger.message}`] : []),
    ]
    context.terminal.result(shown, lines.join('\n'))
  })
}
