/** Loaded first in a child that stands for a utility process: gives it Electron's `process.parentPort`. */
import { EventEmitter } from 'node:events'

const port = Object.assign(new EventEmitter(), {
  postMessage: (message: unknown) => {
    if (process.connected) process.send?.(message)
  },
})
process.on('message', (data) => port.emit('message', { data }))
process.on('disconnect', () => port.emit('close'))
Object.defineProperty(process, 'parentPort', { value: port })
