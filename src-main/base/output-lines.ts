/**
 * What a child process writes by itself, past every log: native libraries and crashes print to standard error. Read
 * line by line, each of bounded length and without what commands terminals, so that it can go where a person reads.
 */
import type { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { limits } from '../contract/limits.ts'
import type { Log } from './log.ts'

/** For what listens to the lines of a child; they are read also where nobody does, since a full pipe holds it up. */
export function outputLines(...streams: (Readable | null)[]): (listener: (line: string) => void) => void {
  const listeners: ((line: string) => void)[] = []
  const tell = (line: string): void => {
    for (const listener of listeners) listener(line)
  }
  for (const stream of streams) if (stream) readLines(stream, tell)
  return (listener) => void listeners.push(listener)
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  let open = '' // a line whose end has not come yet, no longer than what is kept of it
  const tell = (): void => {
    const line = stripVTControlCharacters(open).replaceAll(controls, ' ').trim()
    open = ''
    if (line !== '') onLine(line)
  }
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const [first = '', ...more] = text.split(/\r?\n/)
    open += first.slice(0, limits.outputLineCharsMax - open.length)
    for (const next of more) {
      tell()
      open = next.slice(0, limits.outputLineCharsMax)
    }
  })
  stream.on('end', tell)
  stream.on('error', () => undefined) // its process is gone
}

const controls = /\p{Cc}/gu

/** Logs what a process writes, and of a flood the first lines of each period and how many more there were. */
export function logLines(log: Log, process: string, now: () => number): (line: string) => void {
  let since = Number.NEGATIVE_INFINITY
  let lines = 0
  return (line) => {
    if (now() - since >= limits.outputLogSeconds * 1000) {
      const leftOut = lines - limits.outputLogLinesMax
      if (leftOut > 0) log.warn({ from: process, leftOut }, 'a process wrote more than is logged')
      since = now()
      lines = 0
    }
    lines += 1
    if (lines <= limits.outputLogLinesMax) log.warn({ from: process, line }, 'a process wrote')
  }
}
