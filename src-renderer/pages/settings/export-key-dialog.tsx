/** Gives the private key out once, encrypted with a passphrase of the person's own. */
import { Button, Group, Modal, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../client.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { SecretInput } from '../../components/secret-input.tsx'
import { saveText } from '../../data/save-text.ts'

const passphraseCharsMin = 12

export function ExportKeyDialog({
  opened,
  onClose,
  name,
}: {
  opened: boolean
  onClose: () => void
  name: string
}) {
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const exported = useMutation({
    mutationFn: () => client.publishers.exportKey({ passphrase }),
    // The answer holds the key: it must not stay in memory after the dialog.
    gcTime: 0,
  })
  const close = () => {
    exported.reset()
    setPassphrase('')
    setAgain('')
    onClose()
  }
  const pem = exported.data?.pem
  return (
    <Modal opened={opened} onClose={close} title="Export the key">
      {pem === undefined ? (
        <DialogForm
          act={exported}
          action="Export the key"
          failed="The key was not exported."
          blocked={passphrase.length < passphraseCharsMin || passphrase !== again}
          onCancel={close}
        >
          <SecretInput
            label="Passphrase"
            description={`At least ${passphraseCharsMin} characters. Without it the file is of no use.`}
            autoComplete="new-password"
            value={passphrase}
            data-autofocus
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
          <SecretInput
            label="Passphrase again"
            autoComplete="new-password"
            value={again}
            error={again !== '' && again !== passphrase ? 'The two differ.' : null}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
        </DialogForm>
      ) : (
        <Stack gap="md">
          <CodeBlock text={pem} label="Encrypted private key" rowsMax={10} />
          <Group justify="flex-end" gap={12}>
            <Button onClick={() => saveText(`${name}.key.pem`, pem)}>Save as a file</Button>
            <Button variant="filled" onClick={close}>
              Done
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
