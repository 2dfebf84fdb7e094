/** The node as a whole: serve, backup, restore, doctor. */
import { OutpostError } from '../base/errors.ts'
import { examineMachine } from '../flows/doctor.ts'
import { restoreBackup } from '../flows/restore.ts'
import type { AddCommand } from './add-command.ts'
import { refuseUrl } from './context.ts'
import { finishJob } from './jobs.ts'
import { bytesText } from './terminal.ts'

export function addNodeCommands(add: AddCommand): void {
  add('backup', 'Make a consistent copy of the data folder while the node runs', 'outpost backup').run(
    async (context) => {
      const output = await context.withNode(async (node) =>
        finishJob(context, node, (await node.client.system.backup()).jobId, 'Copying'),
      )
      context.terminal.result(
        output,
        `${String(output.path)} (${String(output.files)} files, ${bytesText(Number(output.bytes))})`,
      )
    },
  )

  add(
    'restore <backup>',
    'Put a backup into an empty data folder',
    'outpost restore /backups/backup-2027-01-31 --data /srv/outpost',
  ).run(async (context, backup: string) => {
    refuseUrl(context, 'restore')
    const progress = context.terminal.progress('Restoring')
    const restored = await restoreBackup(backup, context.options.data, (done) =>
      progress.update(done),
    ).finally(() => progress.end())
    context.terminal.result(
      restored,
      `${restored.dataDirectory} holds the backup of ${restored.createdAt} (${restored.files} files, every one checked)`,
    )
  })

  add('doctor', 'Look whether this machine can run a node', 'outpost doctor').run(async (context) => {
    refuseUrl(context, 'doctor')
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
