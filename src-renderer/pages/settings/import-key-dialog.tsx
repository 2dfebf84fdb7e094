/** Takes an exported key as the own one, from its text or its file. */
import { Button, FileButton, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { CodeInput } from '../../components/code-input.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { reportDone } from '../../components/report.tsx'
import { SecretInput } from '../../components/secret-input.tsx'

export function ImportKeyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Import a key">
      <ImportForm onClose={onClose} />
    </Modal>
  )
}

function ImportForm({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient()
  const [pem, setPem] = useState('')
  const [passphrase, setPassphrase] = useState('')
  const [name, setName] = useState('')
  const take = useMutation({
    mutationFn: () =>
      client.publishers.importKey({ pem, passphrase, ...(name.trim() !== '' && { name: name.trim() }) }),
    onSuccess: (row) => {
      void cache.invalidateQueries({ queryKey: orpc.publishers.key() })
      reportDone(`Packages are signed as ${row.name} now`, row.fingerprint)
      onClose()
    },
    gcTime: 0,
  })
  return (
    <DialogForm
      act={take}
      action="Import the key"
      failed="The key was not imported."
      unchanged="The present key goes on signing."
      blocked={pem.trim() === '' || passphrase === ''}
      onCancel={onClose}
    >
      <CodeInput
        label="Encrypted private key"
        placeholder="-----BEGIN ENCRYPTED PRIVATE KEY-----"
        minRows={5}
        maxRows={10}
        value={pem}
        onChange={(event) => setPem(event.currentTarget.value)}
      />
      <div>
        <FileButton accept=".pem" onChange={(file) => void file?.text().then(setPem)}>
          {(props) => (
            <Button {...props} size="xs">
              Read a file
            </Button>
          )}
        </FileButton>
      </div>
      <SecretInput
        label="Passphrase"
        autoComplete="off"
        value={passphrase}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
      />
      <TextInput
        label="Publisher name"
        description="Leave it empty to keep the present name."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </DialogForm>
  )
}
