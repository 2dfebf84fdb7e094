/** The sample models: installed and removed as one, never mixed up with what a person installed. */
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { taskWords } from '../../components/model-words.ts'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { reportDone } from '../../components/report.tsx'
import { Loaded } from '../../components/states.tsx'
import { JobSetting } from './job-setting.tsx'
import css from './settings.module.css'

export function SamplesSection() {
  const cache = useQueryClient()
  const samples = useQuery(
    orpc.models.list.queryOptions({
      input: { source: 'sample', limit: 100, sort: 'id', order: 'ascending' },
    }),
  )
  const [removing, setRemoving] = useState(false)
  const installed = samples.data?.rows ?? []
  return (
    <Card
      title="Sample models"
      note="Small, made for trying things out, and brought along: no network is needed."
    >
      <JobSetting
        title="Install"
        text="Each sample has several versions, a suite of test cases, a license and a card."
        action="Install the sample models"
        what="Installing the samples"
        start={() => client.system.installSamples()}
        result={() => (
          <div className={css.done}>
            <Chip tone="ok">Installed</Chip>
            <LinkButton to="/playground" size="xs">
              Try one
            </LinkButton>
          </div>
        )}
      />
      <div className={css.setting}>
        <div>
          <b>Remove</b>
          <p>Takes all samples away with their endpoints. Your own models stay.</p>
        </div>
        <Button color="bad" disabled={installed.length === 0} onClick={() => setRemoving(true)}>
          Remove the sample models
        </Button>
      </div>
      <Loaded query={samples} what="the samples" lines={2}>
        {({ rows }) =>
          rows.length === 0 ? null : (
            <PlainTable
              label="Installed samples"
              columns={[
                { title: 'Installed sample' },
                { title: 'Task' },
                { title: 'Versions', align: 'end' },
                { title: 'Action', align: 'end' },
              ]}
              rows={rows.map((row) => ({
                key: row.id,
                cells: [
                  <span key="name">
                    <b>{row.title}</b> <span className={css.muted}>{row.id}</span>
                  </span>,
                  taskWords[row.task],
                  row.versions,
                  <LinkButton key="try" to="/playground" search={{ model: row.id }} size="xs">
                    Try
                  </LinkButton>,
                ],
              }))}
            />
          )
        }
      </Loaded>
      <ConfirmDialog
        opened={removing}
        onClose={() => setRemoving(false)}
        title="Remove the sample models"
        action="Remove the sample models"
        onConfirm={async () => {
          const { removed } = await client.system.removeSamples()
          await cache.invalidateQueries({ queryKey: orpc.models.key() })
          reportDone('The sample models are removed', `${removed} versions`)
        }}
      >
        <p>
          All versions of the samples are deleted and their endpoints stop answering. Your own models stay.
          The samples can be installed again at any time, without a network.
        </p>
      </ConfirmDialog>
    </Card>
  )
}
