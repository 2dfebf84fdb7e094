/** Keys and trust: API keys, trusted publishers, the own publisher. */
import { Option } from 'commander'
import { OutpostError } from '../base/errors.ts'
import { writeFileAtomically } from '../base/files.ts'
import { type KeyScope, keyScope } from '../contract/views.ts'
import type { AddCommand } from './add-command.ts'
import { expiryOption, overlapOption, wholeNumber } from './names.ts'
import { toFile } from './output-file.ts'
import { type Page, paged, restOf } from './paged.ts'
import { readNamedFile } from './read-file.ts'
import { table } from './terminal.ts'

export function addKeyCommands(add: AddCommand): void {
  add(
    'keys create <name>',
    'Make an API key; it is shown this once',
    'outpost keys create ci --scope infer',
    (command) =>
      command
        .addOption(
          new Option('--scope <scope...>', 'what it may do').choices(keyScope.options).default(['infer']),
        )
        .option(
          '--expires <time>',
          'never, days such as 30d, or ISO 8601; 90d unless told otherwise',
          expiryOption,
        )
        .option('--per-minute <count>', 'requests that it may send in a minute', wholeNumber(1, 10_000_000))
        .option('--commercial', 'it is used in business, whatever the site declares')
        .option('--no-commercial', 'it is not used in business, whatever the site declares'),
  ).run(
    async (
      context,
      name: string,
      options: { scope: KeyScope[]; expires?: string; perMinute?: number; commercial?: boolean },
    ) => {
      const { scope: scopes, expires = expiryOption('90d'), perMinute: requestsPerMinute = null } = options
      const expiresAt = expires === 'never' ? null : expires
      const { commercial = null } = options
      const input = { name, scopes, expiresAt, requestsPerMinute, commercial }
      const made = await context.withNode((node) => node.client.keys.create(input))
      context.terminal.result(made, made.secret)
    },
  )
  add('keys list', 'List the API keys', 'outpost keys list', paged).run(async (context, window: Page) => {
    const page = await context.withNode((node) => node.client.keys.list(window))
    const rows = page.rows.map((key) => [
      key.id,
      key.name,
      `${key.prefix}…`,
      key.scopes.join(' '),
      key.revokedAt ? 'revoked' : (key.expiresAt ?? 'stays'),
    ])
    context.terminal.result(page, table(['Id', 'Name', 'Key', 'Scopes', 'Until'], rows) + restOf(page))
  })
  add(
    'keys rotate <id>',
    'Make a new secret for the same name, scopes and limits; it is shown this once',
    'outpost keys rotate 0190… --overlap 7d',
    (command) =>
      command
        .option(
          '--overlap <time>',
          'how long the old secret stays good: none, hours such as 24h, or days such as 7d; 24h unless told otherwise',
          overlapOption,
        )
        .option(
          '--expires <time>',
          'never, days such as 30d, or ISO 8601; as long again as the old one unless told otherwise',
          expiryOption,
        ),
  ).run(async (context, id: string, { overlap, expires }: { overlap?: number; expires?: string }) => {
    const made = await context.withNode((node) =>
      node.client.keys.rotate({
        id,
        overlapHours: overlap,
        expiresAt: expires === 'never' ? null : expires,
      }),
    )
    context.terminal.result(made, made.secret)
  })
  add('keys revoke <id>', 'Revoke an API key at once', 'outpost keys revoke 0190…').run(
    async (context, id: string) => {
      const key = await context.withNode((node) => node.client.keys.revoke({ id }))
      context.terminal.result(key, `${key.name} is revoked`)
    },
  )

  add(
    'trust add <name> <file>',
    'Trust the publisher whose public key (PEM) is in the file',
    'outpost trust add acme acme.pem',
  ).run(async (context, name: string, file: string) => {
    const row = await context.withNode(async (node) =>
      node.client.publishers.trust({ name, publicKey: await readNamedFile(file, 'utf8') }),
    )
    context.terminal.result(row, `${row.name} is trusted with ${row.fingerprint}`)
  })
  add('trust list', 'List the trusted publishers', 'outpost trust list', paged).run(
    async (context, window: Page) => {
      const page = await context.withNode((node) => node.client.publishers.list(window))
      const rows = page.rows.map((row) => [
        row.name,
        row.own ? 'yes' : 'no',
        String(row.versions),
        row.fingerprint,
      ])
      context.terminal.result(page, table(['Publisher', 'Own', 'Versions', 'Key'], rows) + restOf(page))
    },
  )
  add('trust remove <name>', 'Trust a publisher no longer', 'outpost trust remove acme').run(
    async (context, name: string) => {
      await context.withNode((node) => node.client.publishers.remove({ name }))
      context.terminal.result({ name }, `${name} is trusted no longer`)
    },
  )

  add('publisher show', 'Show the own publisher and its public key', 'outpost publisher show').run(
    async (context) => {
      const own = await context.withNode((node) => node.client.publishers.own())
      context.terminal.result(own, `${own.name}  ${own.fingerprint}\n${own.publicKey.trim()}`)
    },
  )
  add('publisher rename <name>', 'Name the own publisher', 'outpost publisher rename acme').run(
    async (context, name: string) => {
      const row = await context.withNode((node) => node.client.publishers.rename({ name }))
      context.terminal.result(row, `This node signs as ${row.name}`)
    },
  )
  add(
    'publisher export',
    'Write the own key, encrypted with OUTPOST_PASSPHRASE',
    'OUTPOST_PASSPHRASE=… outpost publisher export -o acme.key',
    toFile,
  ).run(async (context, { output }: { output: string }) => {
    const { pem } = await context.withNode((node) =>
      node.client.publishers.exportKey({ passphrase: passphrase() }),
    )
    await writeFileAtomically(output, pem, 0o600)
    context.terminal.result({ output }, `${output} (encrypted; keep the passphrase elsewhere)`)
  })
  add(
    'publisher import <file>',
    'Sign with this key from now on, opened with OUTPOST_PASSPHRASE',
    'OUTPOST_PASSPHRASE=… outpost publisher import acme.key --name acme',
    (command) => command.option('--name <name>', 'the name to sign under'),
  ).run(async (context, file: string, { name }: { name?: string }) => {
    const pem = await readNamedFile(file, 'utf8')
    const row = await context.withNode((node) =>
      node.client.publishers.importKey({ pem, passphrase: passphrase(), name }),
    )
    context.terminal.result(row, `This node signs as ${row.name} with ${row.fingerprint}`)
  })
  add(
    'publisher rotate',
    'Make a new own key; what the old one signed stays trusted',
    'outpost publisher rotate',
  ).run(async (context) => {
    const row = await context.withNode((node) => node.client.publishers.rotate())
    context.terminal.result(row, `This node signs with ${row.fingerprint} now`)
  })
}

/** From the environment, so that it stands in no list of processes and no history. */
function passphrase(): string {
  const found = process.env.OUTPOST_PASSPHRASE
  if (found) return found
  throw new OutpostError('CLI_USAGE', 'The passphrase is read from OUTPOST_PASSPHRASE, which is not set.')
}
