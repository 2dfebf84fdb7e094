/** Asks where a remote engine is and what its model is called there; the token is kept sealed and never shown again. */
import { Checkbox, Modal, NumberInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { limits } from '../../../src-main/contract/limits.ts'
import type { RemoteRow } from '../../../src-main/contract/remote.ts'
import { client } from '../../client.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { reportDone } from '../../components/report.tsx'
import { SecretInput } from '../../components/secret-input.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'

const textsOf = (row: RemoteRow | null) => ({
  name: row?.name ?? '',
  url: row?.url ?? '',
  model: row?.model ?? '',
  modelVersion: row?.modelVersion ?? '',
  token: '',
})
type Texts = ReturnType<typeof textsOf>

interface EngineDialogProps {
  /** The one that is changed; null where one is added. */
  engine: RemoteRow | null
  onClose: () => void
  onDone: () => Promise<void>
}

export function EngineDialog({ engine, onClose, onDone }: EngineDialogProps) {
  useFocusBack()
  const [texts, setTexts] = useState(() => textsOf(engine))
  const [timeoutMs, setTimeoutMs] = useState<number>(engine?.timeoutMs ?? limits.remoteTimeoutMs)
  const [allowHttp, setAllowHttp] = useState(false)
  const [forgetToken, setForgetToken] = useState(false)
  const wanted = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, text.trim()]),
  ) as unknown as Texts
  const save = useMutation({
    mutationFn: () => {
      const { name, url, model, token } = wanted
      const modelVersion = wanted.modelVersion || null
      const common = { name, model, modelVersion, timeoutMs, allowHttp }
      if (!engine) return client.engines.add({ ...common, url, token: token || null })
      return client.engines.change({
        ...common,
        ...(url !== engine.url && { url }),
        ...(forgetToken ? { token: null } : token !== '' && { token }),
      })
    },
    onSuccess: async (row) => {
      await onDone()
      reportDone(`${row.name} is ${engine ? 'changed' : 'added'}`, 'Test says whether it is ready.')
      onClose()
    },
    gcTime: 0, // the token is in what was asked
  })
  const field = (name: keyof Texts) => ({
    value: texts[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget
      setTexts((before) => ({ ...before, [name]: value }))
    },
  })
  return (
    <Modal opened onClose={onClose} title={engine ? `Change ${engine.name}` : 'Add an engine'}>
      <DialogForm
        act={save}
        action={engine ? 'Change the engine' : 'Add the engine'}
        failed={engine ? 'The engine was not changed.' : 'The engine was not added.'}
        blocked={wanted.name === '' || wanted.url === '' || wanted.model === ''}
        onCancel={onClose}
      >
        {!engine && (
          <TextInput
            label="Name"
            description="Lower case letters, digits and dashes; deployments and receipts say remote:NAME"
            data-autofocus
            {...field('name')}
          />
        )}
        <TextInput
          label="Address"
          description="Of the server, without /v2"
          placeholder="https://models.acme.example"
          {...field('url')}
        />
        <TextInput label="Model" description="As that server calls it" {...field('model')} />
        <TextInput
          label="Version"
          description="What the server chooses where it is left out"
          {...field('modelVersion')}
        />
        <SecretInput
          label="Token"
          description={
            engine?.hasToken
              ? 'The one that is kept stays where this is left empty'
              : 'Sent as a bearer token; kept sealed and never shown again'
          }
          autoComplete="off"
          disabled={forgetToken}
          {...field('token')}
        />
        {engine?.hasToken && (
          <Checkbox
            label="Send no token any more"
            checked={forgetToken}
            onChange={(event) => setForgetToken(event.currentTarget.checked)}
          />
        )}
        <NumberInput
          label="Timeout in milliseconds"
          description="For one request, all tries together"
          min={50}
          max={600_000}
          thousandSeparator=" "
          value={timeoutMs}
          onChange={(value) => setTimeoutMs(Number(value))}
        />
        <Checkbox
          label="Allow plain HTTP beyond this machine and private networks"
          description="Inputs, answers and the token can be read on the way"
          checked={allowHttp}
          onChange={(event) => setAllowHttp(event.currentTarget.checked)}
        />
      </DialogForm>
    </Modal>
  )
}
