/** Takes signed documents, which are text: dropped or chosen, read in the page and handed on with their names. */
import { Button, FileButton } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { readDocument } from '../data/read-document.ts'
import style from './file-drop.module.css'
import { ErrorNotice } from './states.tsx'
import { useDropZone } from './use-drop-zone.ts'

export interface DroppedDocument {
  name: string
  document: string
}

interface Props {
  title: string
  note?: ReactNode
  /** Of the button: verb and object. */
  action: string
  onDocuments: (documents: DroppedDocument[]) => void
}

export function DocumentDrop({ title, note, action, onDocuments }: Props) {
  const [failure, setFailure] = useState<unknown>(null)
  const take = async (files: readonly File[]) => {
    setFailure(null)
    try {
      const documents = await Promise.all(files.map(read))
      if (documents.length > 0) onDocuments(documents)
    } catch (error) {
      setFailure(error)
    }
  }
  const zone = useDropZone(({ files }) => void take([...files]))
  return (
    <section aria-label={title} className={style.drop} {...zone}>
      <p className={style.title}>{title}</p>
      {note && <p className={style.note}>{note}</p>}
      <div className={style.buttons}>
        <FileButton
          multiple
          accept=".license,.jws,text/plain,application/jose"
          onChange={(files) => void take(files)}
        >
          {(props) => <Button {...props}>{action}</Button>}
        </FileButton>
      </div>
      {failure !== null && <ErrorNotice error={failure} what="Nothing was taken." unchanged="" />}
    </section>
  )
}

const read = async (file: File): Promise<DroppedDocument> => ({
  name: file.name,
  document: await readDocument(file),
})
