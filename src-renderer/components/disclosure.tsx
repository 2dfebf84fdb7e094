/** A part that is read seldom, folded under its title. */
import type { ReactNode } from 'react'
import style from './disclosure.module.css'

export function Disclosure({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className={style.disclosure}>
      <summary>{title}</summary>
      <div className={style.content}>{children}</div>
    </details>
  )
}
