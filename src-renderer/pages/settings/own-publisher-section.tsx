/** The name and key under which this node signs what it packages: seen, named, kept safe elsewhere, replaced. */
import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Card, Facts } from '../../components/page.tsx'
import { reportDone, reportFailure } from '../../components/report.tsx'
import { Loaded } from '../../components/states.tsx'
import { Digest, Time } from '../../components/values.tsx'
import { ExportKeyDialog } from './export-key-dialog.tsx'
import { ImportKeyDialog } from './import-key-dialog.tsx'
import css from './settings.module.css'

type Open = 'export' | 'import' | 'rotate' | null

export function OwnPublisherSection() {
  const cache = useQueryClient()
  const own = useQuery(orpc.publishers.own.queryOptions())
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  return (
    <>
      <Card title="Own publisher" note="Packages that are built here are signed with this key.">
        <Loaded query={own} what="the own publisher">
          {(publisher) => (
            <>
              <Facts
                items={[
                  [
                    'Fingerprint',
                    <Digest key="fingerprint" value={publisher.fingerprint} what="fingerprint" whole />,
                  ],
                  ['Made', <Time key="made" at={publisher.createdAt} as="date" />],
                ]}
              />
              <NameForm key={publisher.name} name={publisher.name} />
            </>
          )}
        </Loaded>
      </Card>
      {own.data && (
        <Card title="Public key" note="Give it to those who are to trust your packages.">
          <CodeBlock text={own.data.publicKey} label="Public key" />
        </Card>
      )}
      <Card title="Private key">
        <div className={css.setting}>
          <div>
            <b>Export</b>
            <p>Encrypted with a passphrase, to keep it elsewhere or to sign on another node.</p>
          </div>
          <Button onClick={() => setOpen('export')}>Export the key</Button>
        </div>
        <div className={css.setting}>
          <div>
            <b>Import</b>
            <p>Signs with a key that was exported before. The present key stays trusted.</p>
          </div>
          <Button onClick={() => setOpen('import')}>Import a key</Button>
        </div>
        <div className={css.setting}>
          <div>
            <b>Rotate</b>
            <p>
              Makes a new key. Others must trust its fingerprint before they can install what you build next.
            </p>
          </div>
          <Button color="bad" onClick={() => setOpen('rotate')}>
            Rotate the key
          </Button>
        </div>
      </Card>
      <ExportKeyDialog opened={open === 'export'} onClose={close} name={own.data?.name ?? 'publisher'} />
      <ImportKeyDialog opened={open === 'import'} onClose={close} />
      <ConfirmDialog
        opened={open === 'rotate'}
        onClose={close}
        title="Rotate the key"
        action="Rotate the key"
        onConfirm={async () => {
          const row = await client.publishers.rotate()
          await cache.invalidateQueries({ queryKey: orpc.publishers.key() })
          reportDone('The key is rotated', row.fingerprint)
        }}
      >
        <p>
          What is signed from now on carries a new fingerprint. Packages that were signed before stay valid.
          Export the present key first if another node signs with it.
        </p>
      </ConfirmDialog>
    </>
  )
}

function NameForm({ name }: { name: string }) {
  const cache = useQueryClient()
  const [typed, setTyped] = useState(name)
  const rename = useMutation({
    mutationFn: (next: string) => client.publishers.rename({ name: next }),
    onSuccess: (row) => {
      void cache.invalidateQueries({ queryKey: orpc.publishers.key() })
      reportDone(`The own publisher is named ${row.name}`)
    },
    onError: (error) => reportFailure('The name was not changed', error),
  })
  const changed = typed.trim() !== name
  return (
    <form
      className={css.line}
      onSubmit={(event) => {
        event.preventDefault()
        rename.mutate(typed.trim())
      }}
    >
      <TextInput
        label="Name"
        description="The first part of the ids of your models: lower case letters, digits and dashes"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" loading={rename.isPending} disabled={!changed || typed.trim() === ''}>
        {changed && typed.trim() !== '' ? `Rename to ${typed.trim()}` : 'Rename'}
      </Button>
    </form>
  )
}
