/** Single values as they stand in a line or a cell: time, bytes, digest. Each tells its exact form on hover. */
import { Tooltip, UnstyledButton } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import {
  formatBytes,
  formatClock,
  formatDate,
  formatNumber,
  formatRelative,
  formatSince,
  formatUtc,
  shortDigest,
  versionCore,
} from './format.ts'
import { useNow } from './use-now.ts'
import style from './values.module.css'

/** `since` since 14:02, `date` 20 January 2027, `relative` in 61 days, `clock` the time of day; the exact UTC time on hover. */
export function Time(props: TimeProps) {
  // Anew for another time: what was looked at last may be earlier than what has just happened.
  return <TimeText key={props.at} {...props} />
}

type TimeProps = { at: string; as?: 'date' | 'relative' | 'clock' | 'since' }

function TimeText({ at, as = 'relative' }: TimeProps) {
  const now = useNow()
  const text = {
    date: () => formatDate(at),
    relative: () => formatRelative(at, now),
    clock: () => formatClock(at),
    since: () => `since ${formatSince(at, now)}`,
  }[as]()
  return (
    <time dateTime={at} title={formatUtc(at)} className={style.time}>
      {text}
    </time>
  )
}

export function Bytes({ value }: { value: number }) {
  return <span title={`${formatNumber(value)} bytes`}>{formatBytes(value)}</span>
}

/**
 * Shortened in the middle; a click copies the whole. `whole` shows all of it, which suits addresses and ids too: `what`
 * names it for a reader who does not see it.
 */
export function Digest({
  value,
  what = 'digest',
  whole = false,
  tabIndex,
}: {
  value: string
  what?: string
  whole?: boolean
  tabIndex?: number
}) {
  const { copy, copied } = useClipboard({ timeout: 1_500 })
  const shown = whole ? value : shortDigest(value)
  return (
    <Tooltip label={copied ? 'Copied' : whole ? 'Copy' : `Copy ${value}`} multiline maw={420}>
      <UnstyledButton
        className={style.digest}
        data-whole={whole || undefined}
        onClick={(event) => {
          event.stopPropagation()
          copy(value)
        }}
        aria-label={`${shown}, ${copied ? 'copied' : `copy the ${whole ? '' : 'whole '}${what}`}`}
        {...(tabIndex === undefined ? {} : { tabIndex })}
      >
        {shown}
      </UnstyledButton>
    </Tooltip>
  )
}

/** 1.1.0+data.3 with the data version in the background; `short` leaves that to the hover, where room is scarce. */
export function Version({ name, short = false }: { name: string; short?: boolean }) {
  const core = versionCore(name)
  return (
    <span title={name}>
      {core}
      {!short && core !== name && <span className={style.none}>{name.slice(core.length)}</span>}
    </span>
  )
}

/** A quiet dash where there is nothing to say. */
export function None({ children = 'none' }: { children?: string }) {
  return (
    <span className={style.none}>
      <span aria-hidden>–</span>
      <span className={style.hidden}>{children}</span>
    </span>
  )
}
