/** A place to drop files, and the button that does the same: the system's dialog on the desktop, the browser's else. */
import { Button, FileButton } from '@mantine/core'
import { type DragEvent, type ReactNode, useState } from 'react'
import type { FilePurpose } from '../../src-main/contract/shell.ts'
import { shell } from '../shell.ts'
import type { PickedFile } from '../state/panels.ts'
import style from './file-drop.module.css'

interface FileDropProps {
  purpose: FilePurpose
  title: string
  note?: ReactNode
  /** Of the button: verb and object. */
  action: string
  accept?: string
  disabled?: boolean
  onFiles: (files: readonly PickedFile[]) => void
}

export function FileDrop({ purpose, title, note, action, accept, disabled = false, onFiles }: FileDropProps) {
  const [over, setOver] = useState(false)
  const hold = (event: DragEvent, next: boolean) => {
    // The window takes dropped packages everywhere else; here the files are meant for this place.
    event.preventDefault()
    setOver(next)
  }
  const take = (files: readonly PickedFile[]) => {
    if (files.length > 0 && !disabled) onFiles(files)
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
        take([...event.dataTransfer.files])
      }}
    >
      <p className={style.title}>{title}</p>
      {note && <p className={style.note}>{note}</p>}
      {shell ? (
        <Button disabled={disabled} onClick={() => void shell?.pickFiles(purpose).then(take)}>
          {action}
        </Button>
      ) : (
        <FileButton multiple onChange={take} {...(accept !== undefined && { accept })}>
          {(props) => (
            <Button {...props} disabled={disabled}>
              {action}
            </Button>
          )}
        </FileButton>
      )}
    </section>
  )
}
