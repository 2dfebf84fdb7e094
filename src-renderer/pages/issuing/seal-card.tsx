/** Seals a version: its weights are encrypted, and a license brings the key to the machines that it names. */
import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, orpc } from '../../client.ts'
import { formatBytes } from '../../components/format.ts'
import { ModelSelect } from '../../components/model-select.tsx'
import { Card } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { sealedPackageUrl } from '../../data/package-url.ts'
import type { Start } from './draft.ts'
import css from './issuing.module.css'

interface Props {
  publisher: string
  onLicense: (start: Start) => void
}

export function SealCard({ publisher, onLicense }: Props) {
  const cache = useQueryClient()
  const [model, setModel] = useState<string | null>(null)
  const [version, setVersion] = useState('stable')
  const sealed = useQuery(orpc.issuing.sealed.queryOptions())
  const seal = useMutation({
    mutationFn: () => client.issuing.seal({ model: model ?? '', version }),
    onSuccess: () => cache.invalidateQueries({ queryKey: orpc.issuing.key() }),
  })
  const isForeign = model !== null && model.split('.')[0] !== publisher
  return (
    <Card title="Sealed weights" note="encrypted packages, and the keys that licenses bring">
      <form
        className={css.line}
        onSubmit={(event) => {
          event.preventDefault()
          seal.mutate()
        }}
      >
        <ModelSelect
          value={model}
          onChange={setModel}
          error={isForeign ? `Only models of ${publisher} can be sealed here.` : null}
        />
        <TextInput
          label="Version"
          description="A number, or an alias"
          value={version}
          onChange={(event) => setVersion(event.currentTarget.value)}
          required
        />
        <Button
          type="submit"
          loading={seal.isPending}
          disabled={model === null || isForeign || version.trim() === ''}
        >
          Seal the version
        </Button>
      </form>
      {seal.error && <ErrorNotice error={seal.error} what="Nothing was sealed." />}
      {seal.data && (
        <div role="status" className={css.machines}>
          <p className={css.hint}>
            {seal.data.fileName} has {formatBytes(seal.data.bytes)}. Save it now and send it to customers: it
            is handed out once, and opens only where a license brings its key.
          </p>
          <Group>
            <Button
              component="a"
              variant="filled"
              href={sealedPackageUrl(seal.data.keyId)}
              download={seal.data.fileName}
            >
              Save {seal.data.fileName}
            </Button>
          </Group>
        </div>
      )}
      {(sealed.data ?? []).length > 0 && (
        <PlainTable
          label="Sealed versions"
          columns={[{ title: 'Model' }, { title: 'Version' }, { title: 'Key' }, { title: '', align: 'end' }]}
          rows={(sealed.data ?? []).map((one) => ({
            key: one.keyId,
            cells: [
              one.model,
              one.version,
              <code key="key">{one.keyId}</code>,
              <Button
                key="license"
                size="compact-xs"
                onClick={() =>
                  onLicense({
                    model: one.model,
                    range: one.version.split('+')[0] ?? '*',
                    sealKeyId: one.keyId,
                  })
                }
                aria-label={`License it: ${one.model} ${one.version}`}
              >
                License it
              </Button>,
            ],
          }))}
        />
      )}
    </Card>
  )
}
