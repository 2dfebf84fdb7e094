/** The files of a package or a draft with their kinds, sizes and digests. */
import type { ReactNode } from 'react'
import type { ArtifactRow } from '../../src-main/contract/views.ts'
import { fileKindWords } from './model-words.ts'
import { PlainTable } from './plain-table.tsx'
import { Bytes, Digest, None } from './values.tsx'

type FileRow = Pick<ArtifactRow, 'path' | 'kind' | 'bytes'> & { digest: string | null }

export function FileList({
  files,
  action,
}: {
  files: readonly FileRow[]
  action?: (file: FileRow) => ReactNode
}) {
  return (
    <PlainTable
      label="Files"
      columns={[
        { title: 'File' },
        { title: 'Kind', width: '110px' },
        { title: 'Size', align: 'end', width: '80px' },
        { title: 'SHA-256', width: '130px' },
        ...(action ? [{ title: 'Action', align: 'end' as const, width: '80px' }] : []),
      ]}
      rows={files.map((file) => ({
        key: file.path,
        cells: [
          <code key="path">{file.path}</code>,
          fileKindWords[file.kind],
          <Bytes key="bytes" value={file.bytes} />,
          file.digest === null ? (
            <None key="digest">not hashed yet</None>
          ) : (
            <Digest key="digest" value={file.digest} />
          ),
          action?.(file),
        ],
      }))}
    />
  )
}
