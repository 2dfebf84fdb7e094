/**
 * Asked where a name does not say what a file is, or where a whole folder came: what each one is for, and which are no
 * part of the package. What is left out is never sent.
 */
import { Button, Group, Modal, NativeSelect, Stack } from '@mantine/core'
import { useState } from 'react'
import { formatCount } from '../../components/format.ts'
import { fileKindWords } from '../../components/model-words.ts'
import { PlainTable } from '../../components/plain-table.tsx'
import { Bytes } from '../../components/values.tsx'
import { type ArtifactKind, isClear, nameOf, sizeOf } from '../../data/picked.ts'
import type { PickedFile, SortedFile } from '../../state/panels.ts'

const kinds = ['weight', 'dataset', 'document', 'code'] as const satisfies readonly ArtifactKind[]
const byName = 'by-name'
const leftOut = 'left-out'
const choices = [
  { value: byName, label: 'As its name says' },
  ...kinds.map((kind) => ({ value: kind, label: fileKindWords[kind] })),
  { value: leftOut, label: 'Not part of the package' },
]

/** `offer` takes what was picked: at once where it is clear, else after the question. `question` stands in the page. */
export function useSortedFiles(take: (files: readonly SortedFile[]) => void) {
  const [asked, setAsked] = useState<readonly PickedFile[] | null>(null)
  const offer = (files: readonly PickedFile[]) => {
    if (files.every(isClear)) take(files.map((picked) => ({ picked })))
    else setAsked(files)
  }
  const question = (
    <Modal
      opened={asked !== null}
      onClose={() => setAsked(null)}
      title="What belongs to the package"
      size="lg"
    >
      {asked && (
        <SortFiles
          files={asked}
          onCancel={() => setAsked(null)}
          onSorted={(files) => {
            setAsked(null)
            take(files)
          }}
        />
      )}
    </Modal>
  )
  return { offer, question }
}

interface SortFilesProps {
  files: readonly PickedFile[]
  onSorted: (files: readonly SortedFile[]) => void
  onCancel: () => void
}

function SortFiles({ files, onSorted, onCancel }: SortFilesProps) {
  const [chosen, setChosen] = useState<ReadonlyMap<number, string>>(new Map())
  const sorted = files.flatMap((picked, at): SortedFile[] => {
    const choice = chosen.get(at) ?? byName
    if (choice === leftOut) return []
    const kind = kinds.find((one) => one === choice)
    return [kind === undefined ? { picked } : { picked, kind }]
  })
  return (
    <Stack gap="md">
      <PlainTable
        label="Picked files"
        columns={[{ title: 'File' }, { title: 'Size', align: 'end', width: '90px' }, { title: 'Taken as' }]}
        rows={files.map((picked, at) => ({
          key: nameOf(picked),
          cells: [
            <code key="name">{nameOf(picked)}</code>,
            <Bytes key="size" value={sizeOf(picked)} />,
            <NativeSelect
              key="choice"
              aria-label={`${nameOf(picked)} is taken as`}
              data={choices}
              value={chosen.get(at) ?? byName}
              onChange={({ currentTarget }) => setChosen(new Map(chosen).set(at, currentTarget.value))}
            />,
          ],
        }))}
      />
      <Group justify="flex-end" gap={12}>
        <Button onClick={onCancel}>Cancel</Button>
        <Button variant="filled" disabled={sorted.length === 0} onClick={() => onSorted(sorted)}>
          {`Add ${formatCount(sorted.length, 'files')}`}
        </Button>
      </Group>
    </Stack>
  )
}
