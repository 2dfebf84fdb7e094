/** The node as a whole: backup, restore, login-link, doctor. */
import { resolve } from 'node:path'
import { OutpostError } from '../base/errors.ts'
import { bytesText, counted } from '../base/quantities.ts'
import type { AddCommand } from './add-command.ts'
import { refuseUrl } from './context.ts'
import { finishJob } from './jobs.ts'

type Damaged = Record<'model' | 'version' | 'path' | 'found', string>

const damagedLines = (damaged: readonly Damaged[]): string[] =>
  damaged.map(({ model, version, path, found }) => `✗ ${model}@${version}  ${path}  ${found}`)

export function addNodeCommands(add: AddCommand): void {
  add(
    'backup',
    'Make a consistent copy of the data folder while the node runs',
    'outpost backup -o /backups',
    (command) =>
      command.option(
        '-o, --output <dir>',
        'takes the folder of the backup; backups/ of the data folder unless told otherwise',
      ),
  ).run(async (context, options: { output?: string }) => {
    const input = options.output === undefined ? {} : { directory: resolve(options.output) }
    const output = await context.withNode(async (node) =>
      finishJob(context, node, (await node.client.system.backup(input)).jobId, 'Copying'),
    )
    const damaged = Array.isArray(output.damaged) ? (output.damaged as Damaged[]) : []
    const copied = `${String(output.path)} (${counted(Number(output.files), 'file')}, ${bytesText(Number(output.bytes))})`
    context.terminal.result(output, [...damagedLines(damaged), copied].join('\n'))
    if (damaged.length > 0) {
      throw new OutpostError(
        'ARTIFACT_CORRUPT',
        `The backup is made without ${counted(damaged.length, 'damaged file')}.`,
        {
          hint: 'Import the packages of these versions again, then back up again.',
          details: { reported: true },
        },
      )
    }
  })

  add(
    'restore <backup>',
    'Put a backup into an empty data folder',
    'outpost restore /backups/backup-2027-01-31 --data /srv/outpost',
  ).run(async (context, backup: string) => {
    refuseUrl(context, 'restore')
    const { restoreBackup } = await import('../flows/upkeep/restore.ts')
    const progress = context.terminal.progress('Restoring')
    const restored = await restoreBackup(backup, context.options.data, (done) => {
      if (context.host.signal.aborted) throw new OutpostError('JOB_STATE', 'Stopped; nothing was restored.')
      progress.update(done)
    }).finally(() => progress.end())
    const held = `${restored.dataDirectory} holds the backup of ${restored.createdAt} (${counted(restored.files, 'file')}, every one checked)`
    const missing =
      restored.damaged.length > 0 ? ['These were damaged when it was made; import them again:'] : []
    context.terminal.result(restored, [held, ...missing, ...damagedLines(restored.damaged)].join('\n'))
  })

  add(
    'login-link',
    'Print a new one-time link that logs in to the UI of a node that runs',
    'outpost login-link',
  ).run(async (context) => {
    const made = await context.withNode((node) => node.client.login.link())
    // Who reaches the node under another address than it has itself wants a link to that one.
    const url = context.options.url
      ? `${context.options.url.replace(/\/+$/, '')}/${new URL(made.url).hash}`
      : made.url
    const minutes = Math.round((Date.parse(made.expiresAt) - Date.now()) / 60_000)
    context.terminal.result({ ...made, url }, `${url}\nIt works once, for ${counted(minutes, 'minute')}.`)
  })

  add('doctor', 'Look whether this machine can run a node', 'outpost doctor').run(async (context) => {
    refuseUrl(context, 'doctor')
    const { examineMachine } = await import('../flows/upkeep/doctor.ts')
    const findings = await examineMachine(context.options.data, context.host.electronDirectory)
    const marks = { good: '✓', warning: '!', bad: '✗' }
    context.terminal.result(
      findings,
      findings
        .map(({ name, outcome, message }) => `${marks[outcome]} ${name.padEnd(12)} ${message}`)
        .join('\n'),
    )
    const bad = findings.find(({ outcome }) => outcome === 'bad')
    if (bad)
      throw new OutpostError('MACHINE_UNFIT', `${bad.name}: ${bad.message}`, {
        details: { reported: true },
      })
  })
}
