/** A column's head: its name, and a button where the server can sort by it. */
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { ColumnDef, RowData } from '@tanstack/react-table'
import type { features } from './columns.ts'
import style from './data-table.module.css'

export interface Sorting {
  by: string
  order: 'ascending' | 'descending'
  onSort: (by: string, order: 'ascending' | 'descending') => void
}

/** The name of a column in the table: its id, or the field that it shows. */
export function columnKey<Row extends RowData>(def: ColumnDef<typeof features, Row>): string {
  return def.id ?? ('accessorKey' in def ? String(def.accessorKey) : '')
}

/** The words of a column: what its meta says, else its header's text. */
export function columnLabel<Row extends RowData>(def: ColumnDef<typeof features, Row>): string {
  return def.meta?.label ?? (typeof def.header === 'string' ? def.header : columnKey(def))
}

export function HeadCell<Row extends RowData>({
  def,
  sorting,
}: {
  def: ColumnDef<typeof features, Row>
  sorting: Sorting | undefined
}) {
  const label = columnLabel(def)
  const by = def.meta?.sort
  const sorted = by !== undefined && sorting?.by === by ? sorting.order : undefined
  const align = def.meta?.align
  if (!by || !sorting) {
    return (
      <th scope="col" className={style.headCell} data-align={align}>
        {label}
      </th>
    )
  }
  const next =
    sorted === 'descending'
      ? 'ascending'
      : sorted === 'ascending'
        ? 'descending'
        : align === 'end'
          ? 'descending'
          : 'ascending'
  const Arrow = sorted === 'ascending' ? IconArrowUp : IconArrowDown
  return (
    <th scope="col" className={style.headCell} data-align={align} aria-sort={sorted ?? 'none'}>
      <button
        type="button"
        className={style.sort}
        data-sorted={sorted}
        onClick={() => sorting.onSort(by, next)}
      >
        {label}
        <Arrow size={13} className={style.arrow} aria-hidden />
      </button>
    </th>
  )
}
