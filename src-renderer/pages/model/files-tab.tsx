/** Every file of a version with the digest that it is kept and checked by. */
import type { ArtifactRow, VersionDetail } from '../../../src-main/contract/views.ts'
import { fileKindWords } from '../../components/model-words.ts'
import { Card } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import { columnsFor } from '../../components/table/columns.ts'
import { DataTable } from '../../components/table/data-table.tsx'
import { rowsOf } from '../../components/table/windowed.ts'
import { Bytes, Digest } from '../../components/values.tsx'
import style from './model.module.css'

const column = columnsFor<ArtifactRow>()

const fileColumns = column.columns([
  column.accessor('path', {
    header: 'Path',
    meta: { width: 'minmax(150px, 1fr)', fixed: true },
    cell: ({ getValue }) => <code title={getValue()}>{getValue()}</code>,
  }),
  column.accessor('kind', {
    header: 'Kind',
    meta: { width: '110px' },
    cell: ({ getValue }) => fileKindWords[getValue()],
  }),
  column.accessor('mediaType', {
    header: 'Media type',
    meta: { width: '320px' },
    cell: ({ getValue }) => (
      <span className={style.muted} title={getValue()}>
        {getValue()}
      </span>
    ),
  }),
  column.accessor('bytes', {
    header: 'Size',
    meta: { width: '80px', align: 'end' },
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor('digest', {
    header: 'Digest',
    meta: { width: '130px' },
    cell: ({ getValue }) => <Digest value={getValue()} tabIndex={-1} />,
  }),
])

export function FilesTab({ version }: { version: VersionDetail }) {
  const rows = rowsOf({ data: version.artifacts, error: null, refetch: () => undefined })
  return (
    <Card flush>
      <DataTable
        id="files"
        label="files"
        columns={fileColumns}
        rows={rows}
        rowId={(row) => row.path}
        empty={<EmptyState title="This version has no files" />}
      />
    </Card>
  )
}
