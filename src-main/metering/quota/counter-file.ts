/**
 * A file of fixed places that is written in the page cache at each step, and so survives the death of the process,
 * though not a loss of power. Its head says how far the chain of settlements had come: a database behind that was
 * taken back. The tally and the anchor are such files.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { isSystemError } from '../../base/errors.ts'
import type { Seals } from './seals.ts'

export const headBytes = 4096
const headLength = 80

/** How far the chain has come. */
export interface ChainHead {
  sequence: number
  hash: string
}

export interface CounterFile {
  readonly head: ChainHead
  read(position: number, length: number): Buffer
  write(bytes: Uint8Array, position: number): void
  writeHead(head: ChainHead): void
  size(): number
  sync(): void
  close(): void
}

/** Null where it is not there, or its head is not one that this key sealed. */
export function openCounterFile(path: string, label: string, seals: Seals): CounterFile | null {
  let fd: number
  try {
    fd = openSync(path, 'r+')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
  const file = counterFile(fd, label, seals)
  const head = readHead(file.read(0, headLength), label, seals)
  if (head) return { ...file, head }
  file.close()
  return null
}

export function createCounterFile(path: string, label: string, seals: Seals, head: ChainHead): CounterFile {
  const file = counterFile(openSync(path, 'w+', 0o600), label, seals)
  file.writeHead(head)
  file.sync()
  return { ...file, head }
}

function counterFile(fd: number, label: string, seals: Seals): Omit<CounterFile, 'head'> {
  const write = (bytes: Uint8Array, position: number): void => {
    const written = writeSync(fd, bytes, 0, bytes.byteLength, position)
    if (written < bytes.byteLength) throw new Error(`${written} of ${bytes.byteLength} bytes were written`)
  }
  return {
    read: (position, length) => {
      const bytes = Buffer.alloc(length)
      readSync(fd, bytes, 0, length, position)
      return bytes
    },
    write,
    writeHead: ({ sequence, hash }) => {
      const bytes = Buffer.alloc(headLength)
      bytes.write('OQC1', 0, 'latin1')
      bytes.writeDoubleLE(sequence, 8)
      bytes.write(hash, 16, 'hex')
      seals.bytes(label, bytes.subarray(0, 48)).copy(bytes, 48)
      write(bytes, 0)
    },
    size: () => fstatSync(fd).size,
    sync: () => fdatasyncSync(fd),
    close: () => closeSync(fd),
  }
}

function readHead(bytes: Buffer, label: string, seals: Seals): ChainHead | null {
  if (!seals.bytes(label, bytes.subarray(0, 48)).equals(bytes.subarray(48, headLength))) return null
  return { sequence: bytes.readDoubleLE(8), hash: bytes.toString('hex', 16, 48) }
}
