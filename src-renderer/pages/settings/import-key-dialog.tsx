/** Takes an exported key as the own one, from its text or its file. */
import { Button, FileButton, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { CodeInput } from '../../components/code-input.tsx'
import { reportDone } from '../../components/report.tsx'
import { SecretInput } from '../../components/secret-input.tsx'
import { ErrorNotice } from '../../components/states.tsx'

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
    <form
      onSubmit={(event) => {
        event.preventDefault()
        take.mutate()
      }}
    >
      <Stack gap="md">
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
        {take.error && (
          <ErrorNotice
            error={take.error}
            what="The key was not imported."
            unchanged="The present key goes on signing."
          />
        )}
        <Group justify="flex-end" gap={12}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="filled"
            loading={take.isPending}
            disabled={pem.trim() === '' || passphrase === ''}
          >
            Import the key
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
