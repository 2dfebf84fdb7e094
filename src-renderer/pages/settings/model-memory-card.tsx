/** How much memory loaded models may take together: left to the node, or a number, which holds at once. */
import { Button, NumberInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModelMemory } from '../../../src-main/contract/api/system.ts'
import { client, orpc } from '../../client.ts'
import { formatBytes, formatNumber } from '../../components/format.ts'
import { Card } from '../../components/page.tsx'
import { reportDone } from '../../components/report.tsx'
import { ErrorNotice, Loaded } from '../../components/states.tsx'
import css from './settings.module.css'

const megabyte = 1_000_000

export function ModelMemoryCard() {
  const memory = useQuery(orpc.system.modelMemory.queryOptions())
  return (
    <Card title="Memory for models" note="of all that are loaded, together">
      <Loaded query={memory} what="the memory for models" lines={2}>
        {(found) => <Form key={found.setting} memory={found} />}
      </Loaded>
    </Card>
  )
}

function Form({ memory }: { memory: ModelMemory }) {
  const cache = useQueryClient()
  const kept = memory.setting === null ? '' : memory.setting / megabyte
  const [megabytes, setMegabytes] = useState<number | string>(kept)
  const save = useMutation({
    mutationFn: () =>
      client.system.setModelMemory({ bytes: megabytes === '' ? null : Number(megabytes) * megabyte }),
    onSuccess: ({ bytes }) => {
      reportDone(`Models may take ${formatBytes(bytes)}`, 'It holds now, and after a restart.')
      return cache.invalidateQueries({ queryKey: orpc.system.key() })
    },
  })
  const isFixed = memory.option !== null
  return (
    <form
      className={css.memory}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <NumberInput
        label="At most, MB"
        aria-describedby="model-memory"
        placeholder={formatNumber(Math.round(memory.machineBytes / 2 / megabyte))}
        value={megabytes}
        onChange={setMegabytes}
        min={10}
        allowDecimal={false}
        thousandSeparator=" "
        disabled={isFixed}
      />
      <Button type="submit" disabled={isFixed || megabytes === kept} loading={save.isPending}>
        Apply the limit
      </Button>
      <p id="model-memory">
        Empty: half of the {formatBytes(memory.machineBytes)} of this machine. Models that rest longest are
        unloaded for others, and loaded again by their next request.
      </p>
      {isFixed && (
        <p>
          The node was started with --model-memory: {formatBytes(memory.bytes)} hold until it is started
          without.
        </p>
      )}
      {save.error && <ErrorNotice error={save.error} what="The memory for models was not changed." />}
    </form>
  )
}
