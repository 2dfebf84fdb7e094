/** Which key of sealed weights a license brings; nothing where the model has none. */
import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../client.ts'
import type { Form } from './draft.ts'

interface Props {
  form: Form
  onChange: (part: Partial<Form>) => void
}

export function SealedWeights({ form, onChange }: Props) {
  const sealed = useQuery(orpc.issuing.sealed.queryOptions())
  const keys = (sealed.data ?? []).filter(({ model }) => model === form.model)
  if (keys.length === 0 && form.sealKeyId === null) return null
  const isWithoutMachine = form.sealKeyId !== null && form.requests.length === 0
  return (
    <Select
      mt="sm"
      label="Sealed weights"
      description="The key is wrapped to the machines above: only they can open the package"
      placeholder="The package is not sealed"
      clearable
      data={[
        ...keys.map(({ keyId, version }) => ({
          value: keyId,
          label: `${version}, key ${keyId.slice(0, 12)}`,
        })),
        ...(form.sealKeyId !== null && keys.every(({ keyId }) => keyId !== form.sealKeyId)
          ? [{ value: form.sealKeyId, label: `Key ${form.sealKeyId.slice(0, 12)}` }]
          : []),
      ]}
      value={form.sealKeyId}
      onChange={(sealKeyId) => onChange({ sealKeyId })}
      error={
        isWithoutMachine ? 'Drop the request of each machine first: a key is wrapped to machines.' : null
      }
    />
  )
}
