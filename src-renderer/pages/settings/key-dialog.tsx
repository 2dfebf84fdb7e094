/** Creates a key and shows its secret this once; the dialog then closes only by a button that says so. */
import { Checkbox, Modal, NumberInput, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type KeyScope, keyScope } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { heldOpen, NewSecret } from './new-secret.tsx'
import css from './settings.module.css'

const scopes: Record<KeyScope, string> = {
  infer: 'Call deployed models',
  read: 'See models, deployments, jobs and the request log',
  write: 'Install, package, deploy and remove',
  admin: 'Manage keys, publishers and the node',
}
const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: 'never', label: 'Never' },
]
const uses = [
  { value: 'site', label: 'As the site declares' },
  { value: 'commercial', label: 'Commercial' },
  { value: 'private', label: 'Not commercial' },
]
const dayMs = 86_400_000

interface NewKey {
  name: string
  scopes: KeyScope[]
  expiresAt: string | null
  /** Null: as many as it likes. */
  requestsPerMinute: number | null
  /** Null: as the site declares. */
  commercial: boolean | null
}

export function KeyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const cache = useQueryClient()
  const create = useMutation({
    mutationFn: (input: NewKey) => client.keys.create(input),
    onSuccess: () => cache.invalidateQueries({ queryKey: orpc.keys.key() }),
    // The secret is in this answer: it must not stay in memory after the dialog.
    gcTime: 0,
  })
  const close = () => {
    create.reset()
    onClose()
  }
  const secret = create.data?.secret
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={secret === undefined ? 'Create a key' : `The key ${create.data?.key.name}`}
      {...(secret !== undefined && heldOpen)}
    >
      {secret === undefined ? (
        <KeyForm create={create} onCancel={close} />
      ) : (
        <NewSecret secret={secret} onCopied={close} />
      )}
    </Modal>
  )
}

type KeyFormProps = {
  create: { mutate: (input: NewKey) => void; error: unknown; isPending: boolean }
  onCancel: () => void
}

function KeyForm({ create, onCancel }: KeyFormProps) {
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<KeyScope[]>(['infer'])
  const [lifetime, setLifetime] = useState('90')
  const [perMinute, setPerMinute] = useState<number | string>('')
  const [use, setUse] = useState('site')
  const submit = () => {
    const expiresAt =
      lifetime === 'never' ? null : new Date(Date.now() + Number(lifetime) * dayMs).toISOString()
    const requestsPerMinute = typeof perMinute === 'number' ? perMinute : null
    const commercial = use === 'site' ? null : use === 'commercial'
    create.mutate({ name: name.trim(), scopes: chosen, expiresAt, requestsPerMinute, commercial })
  }
  return (
    <DialogForm
      act={{ ...create, mutate: submit }}
      action="Create the key"
      failed="The key was not created."
      blocked={name.trim() === '' || chosen.length === 0}
      onCancel={onCancel}
    >
      <TextInput
        label="Name"
        description="The program or person that will use it"
        value={name}
        maxLength={100}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group
        label="Scopes"
        value={chosen}
        onChange={(values) => setChosen(keyScope.array().parse(values))}
        error={chosen.length === 0 ? 'A key needs at least one scope.' : null}
      >
        <div className={css.choices}>
          {keyScope.options.map((scope) => (
            <Checkbox key={scope} value={scope} label={scope} description={scopes[scope]} />
          ))}
        </div>
      </Checkbox.Group>
      <Select
        label="Expires after"
        data={lifetimes}
        value={lifetime}
        allowDeselect={false}
        onChange={(value) => value !== null && setLifetime(value)}
      />
      <NumberInput
        label="Requests a minute"
        description="Further ones are refused with 429 and the time to wait. Empty: no limit"
        placeholder="No limit"
        value={perMinute}
        min={1}
        max={10_000_000}
        allowDecimal={false}
        thousandSeparator=" "
        onChange={setPerMinute}
      />
      <Select
        label="Use"
        description="Some licenses allow one and not the other"
        data={uses}
        value={use}
        allowDeselect={false}
        onChange={(value) => value !== null && setUse(value)}
      />
    </DialogForm>
  )
}
