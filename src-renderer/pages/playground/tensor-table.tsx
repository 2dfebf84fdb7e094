/** An output tensor in a bounded space: its shape, its range, and its first numbers by rows of the last dimension. */
import type { JsonTensor } from '../../../src-main/contract/tensor.ts'
import css from './tensor.module.css'

const rowsMax = 20
const columnsMax = 12

export function TensorTable({ value }: { value: JsonTensor }) {
  const flat: unknown[] = value.data.flat(32)
  const columns = Math.max(1, value.shape.at(-1) ?? 1)
  const rows = Math.ceil(flat.length / columns)
  const shownRows = Math.min(rows, rowsMax)
  const shownColumns = Math.min(columns, columnsMax)
  const cut = shownRows < rows || shownColumns < columns
  return (
    <>
      <p className={css.caption}>
        {value.datatype}, shape {value.shape.join(' × ') || 'scalar'}
        {range(flat)}
        {cut && `. The first ${shownRows} × ${shownColumns} are shown.`}
      </p>
      {/* Wide rows scroll inside, so they must be reachable by the keyboard. */}
      <section className={css.scroll} aria-label={`Values of ${value.name}`}>
        <table className={css.table}>
          <tbody>
            {upTo(shownRows).map((row) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                {upTo(shownColumns).map((column) => (
                  <td key={column}>{cell(flat[row * columns + column])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

const upTo = (count: number): number[] => [...Array(count).keys()]

const cell = (value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(5) : String(value ?? '')

function range(flat: unknown[]): string {
  const numbers = flat.filter((value) => typeof value === 'number')
  if (numbers.length < 2) return ''
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const number of numbers) {
    if (number < least) least = number
    if (number > most) most = number
  }
  return `, from ${cell(least)} to ${cell(most)}`
}
