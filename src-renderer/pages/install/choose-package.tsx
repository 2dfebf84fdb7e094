/** Where no file is given yet: drop one or choose one, by the system's dialog on the desktop. */
import { FileDrop } from '../../components/file-drop.tsx'
import type { PickedFile } from '../../state/panels.ts'

export function ChoosePackage({ onChoose }: { onChoose: (files: readonly PickedFile[]) => void }) {
  return (
    <FileDrop
      purpose="package"
      title="Drop a package here"
      note="A file that ends in .outpost; a bare .onnx model is packaged first. You see what is in it before anything is installed."
      action="Choose a package"
      accept=".outpost,.onnx"
      onFiles={onChoose}
    />
  )
}
