/**
 * The sheet that shows a package before anything of it is installed: who signed it, what is in it, what it may do.
 * Several files are gone through one after the other.
 */
import { Drawer } from '@mantine/core'
import { useState } from 'react'
import { useFocusBack } from '../../components/use-focus-back.ts'
import type { PickedFile } from '../../state/panels.ts'
import { ChoosePackage } from './choose-package.tsx'
import { InspectPackage } from './inspect-package.tsx'
import { isModel, PackageInstead } from './package-instead.tsx'

interface InstallSheetProps {
  /** Empty where a file must still be chosen. */
  files: readonly PickedFile[]
  onClose: () => void
}

export function InstallSheet({ files: given, onClose }: InstallSheetProps) {
  useFocusBack()
  const [files, setFiles] = useState(given)
  const [at, setAt] = useState(0)
  const file = files[at]
  const more = files.length - at - 1
  const One = file && isModel(file) ? PackageInstead : InspectPackage
  return (
    <Drawer
      opened
      onClose={onClose}
      size={640}
      title={files.length > 1 ? `Import a package (${at + 1} of ${files.length})` : 'Import a package'}
    >
      {file === undefined ? (
        <ChoosePackage onChoose={setFiles} />
      ) : (
        <One key={at} file={file} onClose={onClose} {...(more > 0 && { onNext: () => setAt(at + 1) })} />
      )}
    </Drawer>
  )
}
