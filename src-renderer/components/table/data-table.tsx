/**
 * The one table of the UI: any number of rows in a window that asks the server for what it shows, placeholders
 * where rows are on their way, sorting by the server, column choice, actions a row. Column definitions must be stable.
 */
import { type ColumnDef, useTable } from '@tanstack/react-table'
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type ReactNode, useDeferredValue, useEffect, useMemo, useRef } from 'react'
import { useView } from '../../state/view.ts'
import { formatCount } from '../format.ts'
import { ErrorNotice } from '../states.tsx'
import { slowAfterMs, useAfter } from '../use-after.ts'
import { BodyRow } from './body-row.tsx'
import { ColumnChoice } from './column-choice.tsx'
import { features } from './columns.ts'
import style from './data-table.module.css'
import { columnKey, HeadCell, type Sorting } from './head-cell.tsx'
import { useGridKeys } from './use-grid-keys.ts'
import type { WindowedRows } from './windowed.ts'

/** ARIA in HTML allows a table to be a grid: its rows take the focus and open. */
const gridRole = { role: 'grid' } as const

/** Pixels of a row, as tokens.css has them in --row. */
const rowHeights = { comfortable: 40, default: 32, compact: 26 } as const
const placeholderRows = 12
/** Rows that are there above and below what is seen. */
const overscan = 8

interface DataTableProps<Row extends object> {
  /** Names the table for its column choice, and in "the models could not be loaded". */
  id: string
  /** As in "models", after the count. */
  label: string
  // The value type differs from column to column, and a cell reads its own through its accessor.
  columns: readonly ColumnDef<typeof features, Row, never>[] | readonly ColumnDef<typeof features, Row>[]
  rows: WindowedRows<Row>
  rowId: (row: Row) => string
  onOpen?: (row: Row) => void
  /** Buttons at the row's end, shown on hover and focus; give each `tabIndex`. */
  actions?: (row: Row, tabIndex: 0 | -1) => ReactNode
  /** The actions are a few icons: they stand beside each row where the window has room for them. */
  iconActions?: boolean
  sorting?: Sorting
  toolbar?: ReactNode
  empty: ReactNode
  /** Pixels, where the table does not fill its page. */
  heightMax?: number
}

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { id, label, rows, rowId, onOpen, actions, sorting, toolbar, empty, heightMax } = props
  const density = useView((view) => view.density)
  const chosen = useView((view) => view.columns[id])
  const height = rowHeights[density]
  const scroll = useRef<HTMLDivElement>(null)
  const columns = props.columns as readonly ColumnDef<typeof features, Row>[]

  const visibility = useMemo(
    () =>
      Object.fromEntries(
        columns.map((column) => [columnKey(column), chosen?.[columnKey(column)] ?? !column.meta?.optional]),
      ),
    [columns, chosen],
  )
  const count = rows.pending ? placeholderRows : rows.total
  const keys = useGridKeys({
    total: rows.total,
    pageRows: Math.max(1, Math.floor((scroll.current?.clientHeight ?? 600) / height) - 2),
    grid: scroll,
    scrollTo: (index) => virtual.scrollToIndex(index),
    open: (index) => {
      const row = rows.rowAt(index)
      if (row) onOpen?.(row)
    },
  })
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan,
    scrollPaddingEnd: height,
    // The active row stays mounted wherever the window is, so that the focus is never lost.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), keys.active])]
        .filter((at) => at < count)
        .sort((a, b) => a - b),
  })
  useEffect(() => {
    if (height !== virtual.options.estimateSize(0)) return
    virtual.measure()
  }, [virtual, height])

  // Deferred, so that the rows of a window that comes to rest get their actions between other work.
  const resting = useDeferredValue(!virtual.isScrolling)
  const items = virtual.getVirtualItems()
  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {}
  const { show } = rows
  useEffect(() => show(startIndex, endIndex), [show, startIndex, endIndex])
  // Rows follow each other below a padding; only the active row, where it is far away, has a place of its own. A style
  // of its own for each row makes Chromium look each up among those of all rows that came by.
  const isApart = (index: number) => index < startIndex - overscan || index > endIndex + overscan
  const before = items.find(({ index }) => !isApart(index))?.start ?? 0

  const present = items.flatMap((item) => {
    const row = rows.pending ? undefined : rows.rowAt(item.index)
    return row ? [{ at: item.index, row }] : []
  })
  const table = useTable({
    features,
    columns,
    data: present.map(({ row }) => row),
    getRowId: rowId,
    manualSorting: true,
    state: { columnVisibility: visibility },
  })
  const leaves = table.getVisibleLeafColumns()
  const template = leaves.map((column) => column.columnDef.meta?.width ?? 'minmax(96px, 1fr)').join(' ')
  // React's type of a style knows no custom properties.
  const tracks: CSSProperties & Record<'--columns', string> = { maxHeight: heightMax, '--columns': template }
  const modelRows = table.getRowModel().rows
  const rowAt = new Map(present.map(({ at }, position) => [at, modelRows[position]]))

  const slow = useAfter(slowAfterMs, rows.pending)
  const failedWholly = rows.error !== null && rows.total === 0
  const isEmpty = !rows.pending && rows.total === 0
  return (
    <div className={style.frame} data-fill={heightMax === undefined || undefined}>
      <div className={style.toolbar} data-plain={!toolbar || undefined}>
        {toolbar}
        <span className={style.count} aria-live="polite">
          {rows.pending || failedWholly
            ? slow && 'Loading takes longer than usual'
            : formatCount(rows.total, label)}
        </span>
        <ColumnChoice table={id} columns={columns} visibility={visibility} />
      </div>
      {rows.error !== null && (
        <div className={style.failed}>
          <ErrorNotice
            error={rows.error}
            what={`${failedWholly ? 'The' : 'Some'} ${label} could not be loaded.`}
            unchanged=""
            onRetry={rows.retry}
          />
        </div>
      )}
      {isEmpty && !failedWholly && <div className={style.empty}>{empty}</div>}
      {!isEmpty && (
        <div ref={scroll} className={style.scroll} data-icons={props.iconActions || undefined} style={tracks}>
          <table
            {...gridRole}
            aria-label={label}
            aria-rowcount={rows.pending ? -1 : rows.total + 1}
            aria-colcount={leaves.length + (actions ? 1 : 0)}
            aria-busy={rows.pending}
            className={style.table}
            onFocus={keys.onFocus}
            onKeyDown={keys.onKeyDown}
          >
            <thead className={style.head}>
              <tr aria-rowindex={1} className={style.row}>
                {leaves.map((column) => (
                  <HeadCell key={column.id} def={column.columnDef} sorting={sorting} />
                ))}
                {actions && (
                  <th scope="col" className={style.hidden}>
                    Actions
                  </th>
                )}
              </tr>
            </thead>
            <tbody className={style.body} style={{ height: virtual.getTotalSize(), paddingTop: before }}>
              {items.map((item) => (
                <BodyRow
                  key={item.index}
                  index={item.index}
                  top={isApart(item.index) ? item.start : undefined}
                  row={rowAt.get(item.index)}
                  leaves={leaves}
                  active={item.index === keys.active}
                  resting={resting}
                  onOpen={onOpen}
                  actions={actions}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
