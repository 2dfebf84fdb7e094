/** A place to drop files and folders, and the buttons that do the same: the system's dialog on the desktop, the browser's else. */
import { Button, FileButton } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { FilePurpose } from '../../src-main/contract/shell.ts'
import { filesOfDrop, filesOfFolder } from '../data/dropped.ts'
import { shell } from '../shell.ts'
import type { PickedFile } from '../state/panels.ts'
import style from './file-drop.module.css'
import { ErrorNotice } from './states.tsx'
import { useDropZone } from './use-drop-zone.ts'

declare module 'react' {
  /** Every browser knows it, and the types of React do not. */
  interface InputHTMLAttributes<T> {
    webkitdirectory?: T extends HTMLInputElement ? '' : never
  }
}

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
  const [failure, setFailure] = useState<unknown>(null)
  const take = (files: readonly PickedFile[]) => {
    setFailure(null)
    if (files.length > 0 && !disabled) onFiles(files)
  }
  const takeLater = async (files: Promise<readonly PickedFile[]> | readonly PickedFile[] | undefined) => {
    try {
      take((await files) ?? [])
    } catch (error) {
      setFailure(error)
    }
  }
  const zone = useDropZone((dropped) => void takeLater(filesOfDrop(dropped)))
  return (
    <section aria-label={title} className={style.drop} {...zone}>
      <p className={style.title}>{title}</p>
      {note && <p className={style.note}>{note}</p>}
      <div className={style.buttons}>
        {shell ? (
          <Button disabled={disabled} onClick={() => void takeLater(shell?.pickFiles(purpose))}>
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
        {purpose === 'sources' && <FolderButton disabled={disabled} onPick={takeLater} />}
      </div>
      {failure !== null && <ErrorNotice error={failure} what="What was dropped could not be read." />}
    </section>
  )
}

/** What dropping a folder does, for who does not drag. */
function FolderButton({
  disabled,
  onPick,
}: {
  disabled: boolean
  onPick: (files: Promise<readonly PickedFile[]> | readonly PickedFile[] | undefined) => Promise<void>
}) {
  if (shell) {
    return (
      <Button disabled={disabled} onClick={() => void onPick(shell?.pickFiles('folder'))}>
        Choose a folder
      </Button>
    )
  }
  return (
    <FileButton
      multiple
      onChange={(files) => void onPick(filesOfFolder(files))}
      inputProps={{ webkitdirectory: '' }}
    >
      {(props) => (
        <Button {...props} disabled={disabled}>
          Choose a folder
        </Button>
      )}
    </FileButton>
  )
}
