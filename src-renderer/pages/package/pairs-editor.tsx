/**
 * A table of names and values that is written as it is typed. A row without a name, or with one that is there already,
 * stays in the form and is not written; the node says what is wrong with the others.
 */
import { Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { PlainTable } from '../../components/plain-table.tsx'
import { type PairType, type PairValue, readAs, typeOf, writtenOf } from './pair-values.ts'
import css from './pairs-editor.module.css'

interface Row {
  key: number
  name: string
  written: string
  type: PairType
}

interface PairsEditorProps {
  /** Names the table, such as "Hyperparameters". */
  title: string
  /** One of them, such as "hyperparameter". */
  one: string
  /** The types that a person chooses from; a single one is not asked for. */
  types: readonly PairType[]
  valueTitle: string
  value: Readonly<Record<string, unknown>>
  onChange: (value: Record<string, PairValue>) => void
  field: (name: string) => { id: string; error: string | null }
}

const typeTitles: Record<PairType, string> = {
  number: 'Number',
  text: 'Text',
  truth: 'True, false',
  nothing: 'Nothing',
}

export function PairsEditor({ title, one, types, valueTitle, value, onChange, field }: PairsEditorProps) {
  const [first = 'text'] = types
  const [rows, setRows] = useState<readonly Row[]>(() =>
    Object.entries(value).map(([name, given], key) => ({
      key,
      name,
      written: writtenOf(given),
      type: types.length > 1 ? typeOf(given) : first,
    })),
  )
  const write = (next: readonly Row[]) => {
    setRows(next)
    const kept = next.filter((row, at) => row.name.trim() !== '' && !isDouble(next, at))
    onChange(Object.fromEntries(kept.map((row) => [row.name.trim(), readAs(row.written, row.type)])))
  }
  const change = (at: number, part: Partial<Row>) =>
    write(rows.map((row, each) => (each === at ? { ...row, ...part } : row)))
  const nameError = (row: Row, at: number) => {
    if (isDouble(rows, at)) return 'This name is there already.'
    return row.name.trim() === '' && row.written !== '' ? 'Give it a name.' : null
  }
  const add = () =>
    setRows([
      ...rows,
      { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, name: '', written: '', type: first },
    ])
  return (
    <div className={css.pairs}>
      {rows.length > 0 && (
        <PlainTable
          label={title}
          columns={[
            { title: 'Name' },
            ...(types.length > 1 ? [{ title: 'Type', width: '132px' }] : []),
            { title: valueTitle },
            { title: 'Action', align: 'end', width: '92px' },
          ]}
          rows={rows.map((row, at) => {
            const { id, error } = field(row.name.trim())
            return {
              key: String(row.key),
              cells: [
                <TextInput
                  key="name"
                  aria-label={`Name of ${one} ${at + 1}`}
                  value={row.name}
                  error={nameError(row, at)}
                  onChange={(event) => change(at, { name: event.currentTarget.value })}
                />,
                ...(types.length > 1
                  ? [
                      <Select
                        key="type"
                        aria-label={`Type of ${one} ${at + 1}`}
                        data={types.map((type) => ({ value: type, label: typeTitles[type] }))}
                        value={row.type}
                        allowDeselect={false}
                        onChange={(type) => type !== null && change(at, { type })}
                      />,
                    ]
                  : []),
                row.type === 'truth' ? (
                  <Select
                    key="value"
                    id={id}
                    aria-label={`Value of ${one} ${at + 1}`}
                    data={['true', 'false']}
                    value={row.written === 'true' ? 'true' : 'false'}
                    allowDeselect={false}
                    onChange={(written) => written !== null && change(at, { written })}
                  />
                ) : (
                  <TextInput
                    key="value"
                    id={id}
                    aria-label={`Value of ${one} ${at + 1}`}
                    disabled={row.type === 'nothing'}
                    inputMode={row.type === 'number' ? 'decimal' : 'text'}
                    value={row.type === 'nothing' ? '' : row.written}
                    error={error ?? numberError(row)}
                    onChange={(event) => change(at, { written: event.currentTarget.value })}
                  />
                ),
                <Button
                  key="remove"
                  size="xs"
                  aria-label={`Remove ${one} ${at + 1}`}
                  onClick={() => write(rows.toSpliced(at, 1))}
                >
                  Remove
                </Button>,
              ],
            }
          })}
        />
      )}
      <Button size="xs" onClick={add}>
        Add a {one}
      </Button>
    </div>
  )
}

const isDouble = (rows: readonly Row[], at: number) => {
  const name = rows[at]?.name.trim()
  return name !== '' && rows.findIndex((row) => row.name.trim() === name) < at
}

const numberError = ({ type, written }: Row) =>
  type === 'number' && written !== '' && typeof readAs(written, type) !== 'number'
    ? 'This is not a number.'
    : null
