/**
 * The whole window takes a dropped package. Where a page has a place for files of its own (the wizard, the playground),
 * files belong there, and one that misses it does nothing.
 */
import { useEffect, useRef, useState } from 'react'
import { carriesFiles } from '../data/carries-files.ts'
import style from './drop-target.module.css'

const pageTakesFiles = (): boolean => document.querySelector('[data-takes-files]') !== null

export function DropTarget({ onDrop }: { onDrop: (files: File[]) => void }) {
  const [over, setOver] = useState(false)
  const depth = useRef(0)

  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    const on = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', act: (event: DragEvent) => void) =>
      window.addEventListener(type, (event) => carriesFiles(event) && !event.defaultPrevented && act(event), {
        signal,
      })
    const rest = () => {
      depth.current = 0
      setOver(false)
    }
    on('dragenter', () => {
      if (pageTakesFiles()) return
      depth.current += 1
      setOver(true)
    })
    on('dragleave', () => {
      depth.current -= 1
      if (depth.current <= 0) rest()
    })
    // Without this the browser would open the file in place of the page.
    on('dragover', (event) => event.preventDefault())
    on('drop', (event) => {
      event.preventDefault()
      rest()
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length > 0 && !pageTakesFiles()) onDrop(files)
    })
    return () => stop.abort()
  }, [onDrop])

  if (!over) return null
  return (
    <div className={style.drop} aria-hidden>
      <div>Drop a package to look into it before anything is installed</div>
    </div>
  )
}
