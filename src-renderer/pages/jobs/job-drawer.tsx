/** One job in full: followed while it runs, with its result or the reason why it has none. */
import { Button, Drawer } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { z } from 'zod'
import type { JobRow } from '../../../src-main/contract/views.ts'
import { StateChip } from '../../components/chip.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { Damage } from '../../components/damage.tsx'
import { formatDuration, formatUtc, versionCore } from '../../components/format.ts'
import { jobTitle } from '../../components/job-words.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Facts, Stack } from '../../components/page.tsx'
import { ErrorNotice, Loaded } from '../../components/states.tsx'
import { None } from '../../components/values.tsx'
import { damageOf } from '../../data/damage.ts'
import { useJob } from '../../data/job.ts'
import { shell } from '../../shell.ts'
import { jobDuration } from './columns.tsx'
import { JobActions } from './job-actions.tsx'
import style from './jobs.module.css'
import { ProgressCell } from './progress-cell.tsx'

const registered = z.object({ model: z.string(), version: z.string() })
const several = z.object({ models: z.array(z.string()) })
const written = z.object({ path: z.string() })

export function JobDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  // Kept while the drawer slides away.
  const last = useRef(id)
  last.current = id ?? last.current
  const query = useJob(last.current ?? null)
  return (
    <Drawer opened={id !== undefined} onClose={onClose} title={query.data ? jobTitle(query.data) : 'Job'}>
      <Loaded query={query} what="the job" lines={8}>
        {(job) => <Job job={job} />}
      </Loaded>
    </Drawer>
  )
}

function Job({ job }: { job: JobRow }) {
  const ms = jobDuration(job)
  return (
    <Stack>
      {job.failure && (
        <ErrorNotice
          error={job.failure}
          what={`${jobTitle(job)} did not come to its end.`}
          unchanged="What it had begun was taken back."
        />
      )}
      <Facts
        items={[
          ['State', <StateChip key="state" job={job} />],
          ...(job.state === 'running'
            ? [['Progress', <ProgressCell key="progress" job={job} />] as const]
            : []),
          ['Created', formatUtc(job.createdAt)],
          ['Started', job.startedAt ? formatUtc(job.startedAt) : <None key="none">not started</None>],
          ['Finished', job.finishedAt ? formatUtc(job.finishedAt) : <None key="none">not finished</None>],
          ['Took', ms === null ? <None key="none">not started</None> : formatDuration(ms)],
        ]}
      />
      <Output job={job} />
      <div className={style.actions}>
        <JobActions job={job} />
      </div>
      <div>
        <h3 className={style.caption}>Job id</h3>
        <CodeBlock text={job.id} label="Job id" />
      </div>
    </Stack>
  )
}

function Output({ job }: { job: JobRow }) {
  if (!job.output) return null
  const version = registered.safeParse(job.output).data
  const models = several.safeParse(job.output).data?.models ?? []
  const file = written.safeParse(job.output).data
  const damaged = damageOf(job)
  return (
    <div className={style.output}>
      <h3 className={style.caption}>Result</h3>
      {version && (
        <LinkButton
          to="/models/$model"
          params={{ model: version.model }}
          search={{ version: version.version }}
        >
          Open {version.model} {versionCore(version.version)}
        </LinkButton>
      )}
      {file && shell && (
        <Button onClick={() => void shell?.reveal({ kind: 'job-output', jobId: job.id })}>
          Show the file
        </Button>
      )}
      {models.length > 0 && (
        <ul className={style.models}>
          {models.map((model) => (
            <li key={model}>
              <Link to="/models/$model" params={{ model }}>
                {model}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {damaged.length > 0 && (
        <Damage
          versions={damaged}
          next={job.kind === 'backup' ? 'Then back up again: the files below are not in this backup.' : ''}
        />
      )}
      {!version && models.length === 0 && damaged.length === 0 && (
        <CodeBlock text={JSON.stringify(job.output, null, 2)} label="Result" />
      )}
    </div>
  )
}
