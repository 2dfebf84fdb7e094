/** Looks into signed documents before anything changes: what they say, what they would do, why one cannot be taken. */
import { Button, Checkbox, FileButton, Group, Modal } from '@mantine/core'
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { typeConflicts } from '../../../src-main/contract/license/conflicts.ts'
import type { DocumentPreview } from '../../../src-main/contract/license/views.ts'
import { client, orpc } from '../../client.ts'
import { formatCount } from '../../components/format.ts'
import { reportDone } from '../../components/report.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { useFocusBack } from '../../components/use-focus-back.ts'
import { readDocument } from '../../data/read-document.ts'
import { DocumentPreviewPart } from './document-preview.tsx'
import css from './licenses.module.css'

interface Read {
  name: string
  /** Empty where the file holds none; `failure` says why. */
  document: string
  failure: unknown
}

const readAll = (files: readonly File[]): Promise<Read[]> =>
  Promise.all(
    files.map(async (file) => {
      const { name } = file
      return await readDocument(file).then(
        (document) => ({ name, document, failure: null }),
        (failure: unknown) => ({ name, document: '', failure }),
      )
    }),
  )

/** Fields that contradict the type: one of the two is a mistake, and a person must say that it is meant. */
const contradicts = ({ license }: DocumentPreview): boolean =>
  license !== null && typeConflicts(license.terms).length > 0

const isInstalled = (model: string): Promise<boolean> =>
  client.models.get({ model }).then(
    () => true,
    () => false,
  )

export function ImportDialog({ files, onClose }: { files: readonly File[]; onClose: () => void }) {
  useFocusBack()
  const cache = useQueryClient()
  const [documents, setDocuments] = useState<Read[]>([])
  const [accepted, setAccepted] = useState(false)
  const [unread, setUnread] = useState<unknown>(null)
  const take = (picked: readonly File[]) => {
    setUnread(null)
    setAccepted(false)
    readAll(picked).then(setDocuments, setUnread)
  }
  useEffect(() => {
    if (files.length > 0) readAll(files).then(setDocuments, setUnread)
  }, [files])
  const previews = useQueries({
    queries: documents.map(({ document }) =>
      orpc.licenses.preview.queryOptions({
        input: { document },
        retry: false,
        staleTime: 0,
        enabled: document !== '',
      }),
    ),
  })
  const isUsable = (data: DocumentPreview | undefined) =>
    data !== undefined && !data.known && data.failure === null
  const usable = documents.filter((_, at) => isUsable(previews[at]?.data))
  /** Beside those that are here already: they are none the worse for it. */
  const refused = documents.filter(
    ({ document }, at) =>
      document === '' || previews[at]?.isError === true || (previews[at]?.data?.failure ?? null) !== null,
  )
  const usableLicenses = previews.flatMap(({ data }) =>
    isUsable(data) && data?.license ? [data.license] : [],
  )
  /** The one license that is imported. */
  const license = usable.length === 1 ? (usableLicenses[0] ?? null) : null
  const asksTick = previews.some(({ data }) => data !== undefined && contradicts(data))
  const install = useMutation({
    mutationFn: async () => {
      for (const { document } of usable)
        await client.licenses.install({ document, acceptConflict: asksTick && accepted })
      const model = license?.model.id
      const deployable =
        license?.terms.rights.onPremise && model !== undefined && (await isInstalled(model)) ? model : null
      return { count: usable.length, model, deployable, leftOut: refused.map(({ name }) => name) }
    },
    onSuccess: ({ count, model, deployable, leftOut }) => {
      reportDone(
        model === undefined ? `${formatCount(count, 'documents')} imported` : `License for ${model} imported`,
        (leftOut.length > 0 || deployable !== null) && (
          <>
            {leftOut.length > 0 && <p>Not imported: {leftOut.join(', ')}</p>}
            {deployable !== null && (
              <a href={`#/deployments?dialog=deploy&model=${encodeURIComponent(deployable)}`}>
                Deploy {deployable}
              </a>
            )}
          </>
        ),
      )
      onClose()
    },
    onSettled: () => cache.invalidateQueries({ queryKey: orpc.licenses.key() }),
  })
  const choose = (label: string) => (
    <FileButton multiple accept=".license,.jws" onChange={take}>
      {(props) => (
        <Button {...props} data-autofocus>
          {label}
        </Button>
      )}
    </FileButton>
  )
  return (
    <Modal opened onClose={onClose} size={680} title="Import a license">
      {documents.length === 0 ? (
        <div className={css.drop}>
          <p>Drop files that end in .license or .jws anywhere on this page, or choose them.</p>
          <p className={css.muted}>Nothing changes before you have seen what they say.</p>
          {choose('Choose files')}
        </div>
      ) : (
        documents.map(({ name, document, failure }, at) => (
          <DocumentPreviewPart key={document || name} name={name} failure={failure} query={previews[at]} />
        ))
      )}
      {unread !== null && <ErrorNotice error={unread} what="The file could not be read." />}
      {asksTick && (
        <Checkbox
          mt="sm"
          label="Import it although its fields contradict its type; the fields are what holds"
          checked={accepted}
          onChange={(event) => setAccepted(event.currentTarget.checked)}
        />
      )}
      {install.error && (
        <ErrorNotice error={install.error} what="The document was not imported." unchanged="" />
      )}
      <Group justify="flex-end" gap={12} className={css.footer}>
        {refused.length > 0 && documents.length > 1 && (
          <p role="status" className={css.leftOut}>
            Left out: {refused.map(({ name }) => name).join(', ')}
          </p>
        )}
        {documents.length > 0 && choose('Choose other files')}
        <Button onClick={onClose}>Cancel</Button>
        {documents.length > 0 && (
          <Button
            variant="filled"
            loading={install.isPending}
            disabled={usable.length === 0 || (asksTick && !accepted)}
            onClick={() => install.mutate()}
          >
            {refused.length > 0 && usable.length > 0
              ? `Import ${usable.length} of ${usable.length + refused.length}`
              : usable.length > 1
                ? `Import ${usable.length} documents`
                : 'Import'}
          </Button>
        )}
      </Group>
    </Modal>
  )
}
