/** One row of the window: its cells and actions, or a bar where it is still on its way. */
import { type Column, flexRender, type Row as TableRow } from '@tanstack/react-table'
import { type MouseEvent, memo, type ReactNode, useState } from 'react'
import type { features } from './columns.ts'
import style from './data-table.module.css'

interface BodyRowProps<Row extends object> {
  index: number
  /** Pixels, for a row that lies outside the window; the others follow each other. */
  top: number | undefined
  row: TableRow<typeof features, Row> | undefined
  leaves: readonly Column<typeof features, Row>[]
  active: boolean
  /** False while the table is scrolled: rows that come by get their actions when it rests. */
  resting: boolean
  onOpen: ((row: Row) => void) | undefined
  actions: ((row: Row, tabIndex: 0 | -1) => ReactNode) | undefined
}

const isOwnControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a, button, input, label') !== null

function PlainRow<Row extends object>({
  index,
  top,
  row,
  leaves,
  active,
  resting,
  onOpen,
  actions,
}: BodyRowProps<Row>) {
  const [hasActions, setHasActions] = useState(resting)
  if (resting && !hasActions) setHasActions(true)
  const tabIndex = active ? 0 : -1
  const open = (event: MouseEvent) => {
    // A click that ends a text selection, or that a link inside took, opens nothing.
    if (!row || isOwnControl(event.target) || window.getSelection()?.toString()) return
    onOpen?.(row.original)
  }
  const cells = row?.getVisibleCells()
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      aria-busy={row === undefined || undefined}
      tabIndex={tabIndex}
      className={style.row}
      data-open={onOpen ? true : undefined}
      data-apart={top === undefined ? undefined : true}
      style={top === undefined ? undefined : { top }}
      onClick={open}
    >
      {cells
        ? cells.map((cell) => (
            <td key={cell.id} className={style.cell} data-align={cell.column.columnDef.meta?.align}>
              {flexRender(cell.column.columnDef.cell, cell.getContext())}
            </td>
          ))
        : leaves.map((column) => (
            <td key={column.id} className={style.cell} data-align={column.columnDef.meta?.align}>
              <span className={style.placeholder} />
            </td>
          ))}
      {row && actions && (hasActions || active) && (
        <td className={style.actions} data-actions>
          {actions(row.original, tabIndex)}
        </td>
      )}
    </tr>
  )
}

/**
 * The table makes its rows anew at each render; what one shows is the same while its data, the columns and the handlers
 * are. So a notch of the wheel renders the rows that come in, and not the whole window.
 */
export const BodyRow = memo(PlainRow, (before, after) => {
  const { row, resting, ...rest } = before
  if (row?.original !== after.row?.original || (after.resting && !resting)) return false
  return (Object.keys(rest) as Array<keyof typeof rest>).every((key) => rest[key] === after[key])
}) as typeof PlainRow
