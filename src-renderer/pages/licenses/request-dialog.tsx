/** Makes the signed request of this machine, as a file: for a first license, or to renew or move one. */
import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { onlyAccount } from '../../../src-main/contract/license/audience.ts'
import { licensePresets, licenseType } from '../../../src-main/contract/license/terms.ts'
import type { LicenseRow } from '../../../src-main/contract/license/views.ts'
import { modelId } from '../../../src-main/contract/names.ts'
import { client, orpc } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { typeWords } from '../../components/license/license-words.ts'
import { Banner } from '../../components/page.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { saveDocument } from '../../data/save-text.ts'
import css from './licenses.module.css'
import { ModelField } from './model-field.tsx'

interface RequestDialogProps {
  /** The license that is renewed or moved here; null: a first one. */
  renews: LicenseRow | null
  model: string | undefined
  onClose: () => void
}

export function RequestDialog({ renews, model: asked, onClose }: RequestDialogProps) {
  useFocusBack()
  const license = renews?.license
  const [typedModel, setModel] = useState(asked ?? '')
  const { data: model } = modelId.safeParse(typedModel.trim())
  const [range, setRange] = useState(license?.model.range ?? '*')
  const [type, setType] = useState(license?.terms.type ?? 'DEVELOPER')
  const declared = useQuery(orpc.licenses.node.queryOptions()).data?.site.accounts ?? []
  const [typed, setAccount] = useState<string | null>(null)
  const account = typed ?? license?.sub ?? onlyAccount(declared) ?? ''
  const [note, setNote] = useState('')
  const request = useMutation({
    mutationFn: (wanted: string) =>
      client.licenses.request({
        model: wanted,
        range: range.trim() || '*',
        type,
        account: account.trim(),
        note: note.trim(),
        lid: renews?.lid ?? null,
      }),
    onSuccess: saveDocument,
  })
  const title = renews ? `Renew or move the license for ${renews.model}` : 'Ask for a license'
  return (
    <Modal opened onClose={onClose} title={title} size={560}>
      {request.data ? (
        <Stack gap="md">
          <Banner tone="ok" title="The request file is saved.">
            <code>{request.data.fileName}</code>
          </Banner>
          <p>
            Send it to {renews?.issuer ?? 'the publisher of the model'}
            {license?.contact ? ` (${license.contact})` : ''}. The answer is a file that ends in .license:
            drop it on this page.
          </p>
          <p className={css.muted}>
            It names this machine by its key and holds nothing of what was asked or answered here.
          </p>
          <Group justify="flex-end" gap={12}>
            <Button onClick={() => request.data && saveDocument(request.data)}>Save it again</Button>
            <Button variant="filled" onClick={onClose} data-autofocus>
              Done
            </Button>
          </Group>
        </Stack>
      ) : (
        <DialogForm
          act={{ ...request, mutate: () => model !== undefined && request.mutate(model) }}
          action="Save the request file"
          failed="The request was not made."
          blocked={model === undefined}
          onCancel={onClose}
        >
          <p className={css.muted}>
            Makes a file that the publisher answers with a license for this machine. Nothing is sent from
            here.
          </p>
          {renews === null && <ModelField value={typedModel} onChange={setModel} />}
          <TextInput
            label="Versions"
            description="A range such as ^1.2.0; * means all"
            value={range}
            maxLength={256}
            onChange={(event) => setRange(event.currentTarget.value)}
          />
          <Select
            label="Type"
            description={licensePresets[type].purpose}
            data={licenseType.options.map((value) => ({ value, label: typeWords(value) }))}
            value={type}
            allowDeselect={false}
            onChange={(value) => value !== null && setType(licenseType.parse(value))}
          />
          <TextInput
            label="Account"
            description="Your name with the publisher, such as a customer number"
            value={account}
            maxLength={200}
            onChange={(event) => setAccount(event.currentTarget.value)}
          />
          <Textarea
            label="Note"
            description="Anything that the publisher should know, such as how many requests a month you need"
            autosize
            minRows={2}
            maxRows={8}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        </DialogForm>
      )}
    </Modal>
  )
}
