/** Takes signed documents, which are text: dropped or chosen, read in the page and handed on with their names. */
import { Button, FileButton } from '@mantine/core'
import { type DragEvent, type ReactNode, useState } from 'react'
import { limits } from '../../src-main/contract/limits.ts'
import style from './file-drop.module.css'
import { ErrorNotice } from './states.tsx'

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
  const [over, setOver] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const hold = (event: DragEvent, next: boolean) => {
    event.preventDefault()
    setOver(next)
  }
  const take = async (files: readonly File[]) => {
    setFailure(null)
    try {
      const documents = await Promise.all(files.map(read))
      if (documents.length > 0) onDocuments(documents)
    } catch (error) {
      setFailure(error)
    }
  }
  return (
    <section
      aria-label={title}
      data-takes-files
      className={style.drop}
      data-over={over || undefined}
      onDragEnter={(event) => hold(event, true)}
      onDragOver={(event) => hold(event, true)}
      onDragLeave={(event) => hold(event, false)}
      onDrop={(event) => {
        hold(event, false)
        void take([...event.dataTransfer.files])
      }}
    >
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
      {failure !== null && <ErrorNotice error={failure} what="The file could not be read." />}
    </section>
  )
}

async function read(file: File): Promise<DroppedDocument> {
  if (file.size > limits.listJwsBytesMax)
    throw new Error(`${file.name} is too large to be a signed document.`)
  return { name: file.name, document: (await file.text()).trim() }
}
