/** Which columns a table shows; kept for this person and table. */
import { ActionIcon, Checkbox, Popover, Stack, Tooltip } from '@mantine/core'
import { IconColumns3 } from '@tabler/icons-react'
import type { ColumnDef, RowData } from '@tanstack/react-table'
import { memo } from 'react'
import { useView } from '../../state/view.ts'
import type { features } from './columns.ts'
import { columnKey, columnLabel } from './head-cell.tsx'

function PlainChoice<Row extends RowData>({
  table,
  columns,
  visibility,
}: {
  table: string
  columns: readonly ColumnDef<typeof features, Row>[]
  visibility: Record<string, boolean>
}) {
  const { columns: all, set } = useView()
  const choose = (column: string, shown: boolean) =>
    set({ columns: { ...all, [table]: { ...all[table], [column]: shown } } })
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Tooltip label="Choose columns">
          <ActionIcon aria-label="Choose columns">
            <IconColumns3 size={16} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <Stack gap={8} p={8}>
          {columns
            .filter(({ meta }) => !meta?.fixed)
            .map((column) => (
              <Checkbox
                key={columnKey(column)}
                label={columnLabel(column)}
                checked={visibility[columnKey(column)] ?? true}
                onChange={(event) => choose(columnKey(column), event.currentTarget.checked)}
              />
            ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

/** The table renders at each notch of the wheel; nothing of this changes then. */
export const ColumnChoice = memo(PlainChoice) as typeof PlainChoice
