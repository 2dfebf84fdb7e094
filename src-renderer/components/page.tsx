/** The bones of a page: header with title, address, chips and actions; banners; cards. */
import { type ReactNode, useId } from 'react'
import type { Tone } from './chip.tsx'
import style from './page.module.css'

interface PageProps {
  children: ReactNode
  /** Takes the height of the window instead of scrolling: for a page that is one table. */
  fill?: boolean
}

export function Page({ children, fill = false }: PageProps) {
  return (
    <div className={style.page} data-fill={fill || undefined}>
      {children}
    </div>
  )
}

interface PageHeaderProps {
  title: ReactNode
  /** Under the title: an address or an id in mono, or one sentence. */
  address?: ReactNode
  note?: ReactNode
  chips?: ReactNode
  /** The one primary or dangerous action last. */
  actions?: ReactNode
}

export function PageHeader({ title, address, note, chips, actions }: PageHeaderProps) {
  return (
    <header className={style.header}>
      <div className={style.heading}>
        <div className={style.titles}>
          <h1 className={style.title}>{title}</h1>
          {chips && <div className={style.chips}>{chips}</div>}
        </div>
        {address && <div className={style.address}>{address}</div>}
        {note && <p className={style.note}>{note}</p>}
      </div>
      {actions && <div className={style.actions}>{actions}</div>}
    </header>
  )
}

interface CardProps {
  title?: ReactNode
  note?: ReactNode
  chips?: ReactNode
  actions?: ReactNode
  children?: ReactNode
  /** Without inner padding, for a table that reaches the edges; takes the height that a filled page has left. */
  flush?: boolean
}

export function Card({ title, note, chips, actions, children, flush = false }: CardProps) {
  const heading = useId()
  return (
    <section
      className={style.card}
      data-flush={flush || undefined}
      aria-labelledby={title ? heading : undefined}
    >
      {(title || actions) && (
        <div className={style.cardHead}>
          {title && (
            <h2 id={heading} className={style.cardTitle}>
              {title}
            </h2>
          )}
          {chips}
          {note && <span className={style.cardNote}>{note}</span>}
          {actions && <div className={style.cardActions}>{actions}</div>}
        </div>
      )}
      {children}
    </section>
  )
}

/** One line across the page for what must not be missed. */
export function Banner({
  tone,
  title,
  children,
  actions,
}: {
  tone: Exclude<Tone, 'neutral' | 'accent'>
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className={style.banner} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <div className={style.bannerText}>
        <b className={style.bannerTitle}>{title}</b> {children && <span>{children}</span>}
      </div>
      {actions && <div className={style.bannerActions}>{actions}</div>}
    </div>
  )
}

/** Label and value pairs in two columns. */
export function Facts({ items }: { items: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className={style.facts}>
      {items.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Cards side by side where the window is wide enough. */
export function Columns({
  children,
  sides = 'even',
}: {
  children: ReactNode
  sides?: 'even' | 'main-aside'
}) {
  return (
    <div className={style.columns} data-sides={sides}>
      {children}
    </div>
  )
}

export function Stack({ children }: { children: ReactNode }) {
  return <div className={style.stack}>{children}</div>
}
