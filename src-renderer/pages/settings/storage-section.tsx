/** Looking after what is stored: verify it, copy it, take away what nothing refers to. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { JobRow } from '../../../src-main/contract/views.ts'
import { client } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { Damage } from '../../components/damage.tsx'
import { formatBytes, formatCount, formatNumber } from '../../components/format.ts'
import { Card, Facts, Stack } from '../../components/page.tsx'
import { Loaded } from '../../components/states.tsx'
import { damageOf } from '../../data/damage.ts'
import { statusQuery } from '../../data/node.ts'
import { shell } from '../../shell.ts'
import { JobSetting } from './job-setting.tsx'
import css from './settings.module.css'

export function StorageSection() {
  const status = useQuery(statusQuery())
  return (
    <>
      <Card
        title="Data folder"
        actions={
          shell && (
            <Button size="xs" onClick={() => void shell?.reveal({ kind: 'data-folder' })}>
              Show in the file manager
            </Button>
          )
        }
      >
        <Loaded query={status} what="the state of the node" lines={3}>
          {({ dataDir, diskFreeBytes, counts }) => (
            <Facts
              items={[
                ['Folder', <code key="folder">{dataDir}</code>],
                ['Free on this disk', formatBytes(diskFreeBytes)],
                [
                  'Models',
                  counts.models === 0
                    ? 'none'
                    : `${formatNumber(counts.models)} in ${formatCount(counts.versions, 'versions')}`,
                ],
              ]}
            />
          )}
        </Loaded>
      </Card>
      <Card title="Care">
        <JobSetting
          title="Verify"
          text="Hashes every stored file again and compares it with its digest. Serving goes on."
          action="Verify all stored files"
          what="Verifying"
          start={() => client.models.verify({})}
          result={(job) => {
            const damaged = damageOf(job)
            return damaged.length > 0 ? <Damage versions={damaged} /> : <Result job={job} word="Intact" />
          }}
        />
        <JobSetting
          title="Back up"
          text="A consistent copy of models, keys, settings and the request log, made while the node runs."
          action="Back up now"
          what="The backup"
          start={() => client.system.backup()}
          result={(job) => <BackedUp job={job} />}
        />
        <JobSetting
          title="Free space"
          text="Deletes stored files that no version refers to any more."
          action="Delete unused files"
          what="Deleting unused files"
          start={() => client.system.collect()}
          result={(job) => <Result job={job} word="Done" />}
        />
      </Card>
    </>
  )
}

function BackedUp({ job }: { job: JobRow }) {
  const damaged = damageOf(job)
  if (damaged.length === 0) return <Result job={job} word="Backed up" />
  const files = damaged.reduce((sum, { problems }) => sum + problems.length, 0)
  return (
    <Stack>
      <Result job={job} word={`Backed up without ${formatCount(files, 'damaged files')}`} tone="warn" />
      <Damage versions={damaged} next="Then back up again: the files below are not in this backup." />
    </Stack>
  )
}

/** What a job left behind, in the order in which it tells it; counts and sizes get their units from their names. */
function Result({ job, word, tone = 'ok' }: { job: JobRow; word: string; tone?: 'ok' | 'warn' }) {
  const facts = Object.entries(job.output ?? {}).filter(
    ([name, value]) => name !== 'damagedFiles' && (typeof value === 'string' || typeof value === 'number'),
  )
  return (
    <div className={css.done}>
      <Chip tone={tone}>{word}</Chip>
      {facts.map(([name, value]) => (
        <span key={name}>
          <span className={css.muted}>{inWords(name)}</span>{' '}
          {typeof value === 'number' ? (
            /bytes/i.test(name) ? (
              formatBytes(value)
            ) : (
              formatNumber(value)
            )
          ) : (
            <code>{String(value)}</code>
          )}
        </span>
      ))}
      {shell && job.kind === 'backup' && (
        <Button size="xs" onClick={() => void shell?.reveal({ kind: 'job-output', jobId: job.id })}>
          Show in the file manager
        </Button>
      )}
    </div>
  )
}

const shortWords: Record<string, string> = { blobs: 'files', bytes: 'size', path: 'in' }
/** bytesFreed → bytes freed; what the store keeps is a file to the reader. */
const inWords = (name: string) =>
  shortWords[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
