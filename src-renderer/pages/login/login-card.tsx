/** The card in the middle of an otherwise empty window, for someone who is not known yet. */
import type { ReactNode, SyntheticEvent } from 'react'
import style from './login.module.css'

interface LoginCardProps {
  title: string
  onSubmit?: (event: SyntheticEvent) => void
  children: ReactNode
}

export function LoginCard({ title, onSubmit, children }: LoginCardProps) {
  return (
    <main className={style.place}>
      <form className={style.card} onSubmit={onSubmit}>
        <div className={style.brand}>
          <span className={style.mark} aria-hidden />
          Outpost
        </div>
        <h1 className={style.title}>{title}</h1>
        {children}
      </form>
    </main>
  )
}
