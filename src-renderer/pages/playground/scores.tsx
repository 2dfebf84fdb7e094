/** Classes with their scores: a bar for the eye, the number always beside it. */

import { areShares, type ClassScore, formatScore } from './outputs.ts'
import css from './scores.module.css'

export function Scores({ top }: { top: ClassScore[] }) {
  const share = areShares(top)
  const most = Math.max(...top.map(({ score }) => Math.abs(score)), Number.MIN_VALUE)
  return (
    <ol className={css.scores}>
      {top.map((one, rank) => (
        <li key={one.index} className={css.score} data-best={rank === 0 || undefined}>
          <span className={css.label} title={one.label}>
            {one.label}
          </span>
          <span className={css.track} aria-hidden>
            <span
              className={css.bar}
              style={{ inlineSize: `${(share ? one.score : Math.abs(one.score) / most) * 100}%` }}
            />
          </span>
          <span className={css.number}>{formatScore(one.score, share)}</span>
        </li>
      ))}
    </ol>
  )
}
