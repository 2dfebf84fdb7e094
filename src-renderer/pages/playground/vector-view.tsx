/** An embedding: how many numbers it has, how long it is, and the first of them. */
import { formatNumber } from '../../components/format.ts'
import css from './tensor.module.css'

const shownMax = 12

export function VectorView({ name, vector }: { name: string; vector: readonly number[] }) {
  const shown = vector.slice(0, shownMax)
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return (
    <>
      <p className={css.caption}>
        A vector of {formatNumber(vector.length)} numbers, length {length.toPrecision(4)}
        {shown.length < vector.length && `. The first ${shown.length} are shown.`}
      </p>
      {/* Wide rows scroll inside, so they must be reachable by the keyboard. */}
      <section className={css.scroll} aria-label={`Values of ${name}`}>
        <table className={css.table}>
          <tbody>
            <tr>
              {[...shown.keys()].map((at) => (
                <td key={at}>{vector[at]?.toPrecision(5)}</td>
              ))}
            </tr>
          </tbody>
        </table>
      </section>
    </>
  )
}
