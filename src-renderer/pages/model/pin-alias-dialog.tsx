/** Pins an alias to a version, or lets one go, after which the rules choose again. */
import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { VersionRow } from '../../../src-main/contract/views.ts'
import { client } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { versionCore } from '../../components/format.ts'
import { reportDone } from '../../components/report.tsx'

const grammar = /^[a-z][a-z0-9-]{0,63}$/

export function PinAliasDialog({ version, onClose }: { version: VersionRow | null; onClose: () => void }) {
  const cache = useQueryClient()
  const last = useRef(version)
  last.current = version ?? last.current
  const { model = '', version: name = '', aliases = [] } = last.current ?? {}
  const [alias, setAlias] = useState('stable')
  const holds = aliases.includes(alias)
  const pin = useMutation({
    mutationFn: (to: string | null) => client.models.pin({ model, alias, version: to }),
    onSuccess: async (_, to) => {
      await cache.invalidateQueries()
      reportDone(to ? `${alias} now names ${name}` : `${alias} is no longer pinned`)
      onClose()
    },
  })
  const valid = grammar.test(alias)
  return (
    <Modal opened={version !== null} onClose={onClose} title={`Pin an alias to ${versionCore(name)}`}>
      <DialogForm
        act={{ ...pin, mutate: () => pin.mutate(name) }}
        action={`Pin ${alias} to ${versionCore(name)}`}
        failed={`${alias} was not changed.`}
        unchanged=""
        blocked={!valid}
        other={
          holds && (
            <Button onClick={() => pin.mutate(null)} loading={pin.isPending}>
              Let {alias} go
            </Button>
          )
        }
        onCancel={onClose}
      >
        <p>
          Requests that ask for {model} by this alias are answered by {name}, once it is deployed.
        </p>
        <TextInput
          label="Alias"
          description="Lower case letters, digits and dashes"
          value={alias}
          onChange={(event) => setAlias(event.currentTarget.value)}
          error={
            valid
              ? undefined
              : 'An alias begins with a letter, and has lower case letters, digits and dashes.'
          }
          data-autofocus
        />
      </DialogForm>
    </Modal>
  )
}
