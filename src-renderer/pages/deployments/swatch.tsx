/** The colour and the dash of a version, beside its name. */
import css from './series.module.css'

export const Swatch = ({ series }: { series: number | null }) =>
  series !== null && <i className={css.swatch} data-series={series} aria-hidden />
