/** The last pieces of background work, so that a failure is seen where one begins. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { orpc } from '../../client.ts'
import { StateChip } from '../../components/chip.tsx'
import { withShortDigests } from '../../components/format.ts'
import { jobTitle } from '../../components/job-words.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { Loaded } from '../../components/states.tsx'
import { Time } from '../../components/values.tsx'
import style from './home.module.css'

const shown = 5

export function RecentJobs() {
  const list = useQuery(orpc.jobs.list.queryOptions({ input: { limit: shown } }))
  return (
    <Card
      title="Recent jobs"
      actions={
        <LinkButton to="/jobs" size="xs">
          All jobs
        </LinkButton>
      }
    >
      <Loaded query={list} what="the jobs" lines={4}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p className={style.muted}>
              Imports, builds, verifications and backups are listed here once they ran.
            </p>
          ) : (
            <PlainTable
              label="Recent jobs"
              columns={[
                { title: 'Job', width: '40%' },
                { title: 'State' },
                { title: 'Now', width: '60%' },
                { title: 'Created', align: 'end' },
              ]}
              rows={rows.map((job) => ({
                key: job.id,
                cells: [
                  <Link key="job" to="/jobs" search={{ id: job.id }} title={jobTitle(job)}>
                    {jobTitle(job)}
                  </Link>,
                  <StateChip key="state" job={job} />,
                  <span key="now" className={style.muted} title={job.failure?.message}>
                    {withShortDigests(job.failure?.message ?? job.step ?? '')}
                  </span>,
                  <Time key="at" at={job.createdAt} />,
                ],
              }))}
            />
          )
        }
      </Loaded>
    </Card>
  )
}
