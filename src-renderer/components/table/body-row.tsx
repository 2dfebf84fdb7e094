/** One row of the window: its cells and actions, or a bar where it is still on its way. */
import { type Column, flexRender, type Row as TableRow } from '@tanstack/react-table'
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react'
import type { features } from './columns.ts'
import style from './data-table.module.css'

interface BodyRowProps<Row extends object> {
  index: number
  top: number
  row: TableRow<typeof features, Row> | undefined
  leaves: readonly Column<typeof features, Row>[]
  active: boolean
  onFocus: () => void
  onKeyDown: (event: KeyboardEvent) => void
  onOpen: ((row: Row) => void) | undefined
  actions: ((row: Row, tabIndex: 0 | -1) => ReactNode) | undefined
}

const isOwnControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a, button, input, label') !== null

export function BodyRow<Row extends object>({
  index,
  top,
  row,
  leaves,
  active,
  onFocus,
  onKeyDown,
  onOpen,
  actions,
}: BodyRowProps<Row>) {
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
      style={{ transform: `translateY(${top}px)` }}
      onClick={open}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
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
      {row && actions && (
        <td className={style.actions} data-actions>
          {actions(row.original, tabIndex)}
        </td>
      )}
    </tr>
  )
}
