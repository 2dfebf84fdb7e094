/** The whole page takes dropped files; the window's own target leaves a page alone that says so. */
import { useEffect, useRef, useState } from 'react'
import { carriesFiles } from '../../data/carries-files.ts'

export function usePageDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false)
  const take = useRef(onFiles)
  take.current = onFiles
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    let depth = 0
    const move = (by: number) => (event: DragEvent) => {
      if (!carriesFiles(event)) return
      depth = Math.max(0, depth + by)
      setOver(depth > 0)
    }
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length > 0) take.current(files)
    }
    window.addEventListener('dragenter', move(1), { signal })
    window.addEventListener('dragleave', move(-1), { signal })
    window.addEventListener('drop', drop, { signal })
    return () => stop.abort()
  }, [])
  return over
}
