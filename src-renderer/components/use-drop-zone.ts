/** For an element that takes dropped files itself: the window leaves them to it, and it shows that they are over it. */
import { type DragEvent, useState } from 'react'

export function useDropZone(onDrop: (dropped: DataTransfer) => void) {
  const [over, setOver] = useState(false)
  const hold = (event: DragEvent, next: boolean) => {
    event.preventDefault()
    setOver(next)
  }
  return {
    'data-takes-files': true,
    'data-over': over || undefined,
    onDragEnter: (event: DragEvent) => hold(event, true),
    onDragOver: (event: DragEvent) => hold(event, true),
    onDragLeave: (event: DragEvent) => hold(event, false),
    onDrop: (event: DragEvent) => {
      hold(event, false)
      onDrop(event.dataTransfer)
    },
  }
}
