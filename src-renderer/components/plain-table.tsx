/** A short table inside a card: no window, no choice of columns. Numbers stand at the right, with the unit in the head. */
import type { ReactNode } from 'react'
import style from './plain-table.module.css'

interface PlainColumn {
  title: string
  align?: 'end'
  /** A share such as "40%", or pixels: the text is then cut to one line. */
  width?: string
}

interface PlainTableProps {
  /** Names the table for a reader who does not see it. */
  label: string
  columns: readonly PlainColumn[]
  rows: readonly { key: string; cells: readonly ReactNode[] }[]
}

export function PlainTable({ label, columns, rows }: PlainTableProps) {
  return (
    <div className={style.scroll}>
      <table className={style.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ title, align, width }) => (
              <th key={title} scope="col" data-align={align} style={{ width }}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {columns.map(({ title, align, width }, at) => (
                <td key={title} data-align={align} data-cut={width && (width.endsWith('%') ? 'share' : true)}>
                  {cells[at]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
