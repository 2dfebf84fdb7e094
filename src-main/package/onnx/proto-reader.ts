/**
 * Reads protocol buffers from a file, or from memory, field by field, through one small window, so that a field nobody asks for is
 * skipped and never read. Format: "Protocol Buffers Encoding" (protobuf.dev), proto2 and proto3, without groups.
 */
import { readSync } from 'node:fs'
import { OutpostError } from '../../base/errors.ts'
import { grouped } from '../../base/quantities.ts'

const windowBytes = 64 * 1024

export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

export interface Field {
  number: number
  wire: number
  /** The value of a varint, as a signed 64-bit integer; 0 for the other wire types. */
  value: number
  /** Offsets in the file of what the field holds. */
  start: number
  end: number
}

export class ProtoReader {
  readonly #source: number | Uint8Array
  readonly #size: number
  readonly #budget: number
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0
  #at = 0
  #parsed = 0

  /** `source` is an opened file or bytes in memory; `budget` bounds the bytes that are looked at; skipped fields cost nothing. */
  constructor(source: number | Uint8Array, size: number, budget: number) {
    this.#source = source
    this.#size = size
    this.#budget = budget
  }

  /** The fields of the message that lies from `start` to `end`, in the order of the file. */
  *fields(start: number, end: number): Generator<Field, void, void> {
    let next = start
    while (next < end) {
      const field = this.#field(next, end)
      next = field.end
      yield field
    }
  }

  text(field: Field, charsMax: number): string {
    this.expect(field, wire.bytes)
    if (field.end - field.start > charsMax) {
      throw this.invalid(
        field.start,
        `a text of ${grouped(field.end - field.start)} bytes, more than ${grouped(charsMax)}`,
      )
    }
    return this.bytes(field.start, field.end).toString('utf8')
  }

  /** A repeated integer, packed or not. */
  *integers(field: Field): Generator<number, void, void> {
    if (field.wire === wire.varint) {
      yield field.value
      return
    }
    this.expect(field, wire.bytes)
    this.#at = field.start
    while (this.#at < field.end) {
      const value = this.#varint(field.end)
      const at = this.#at
      yield value
      this.#at = at
    }
  }

  expect(field: Field, wireType: number): void {
    if (field.wire !== wireType)
      throw this.invalid(field.start, `field ${field.number} of the wrong wire type`)
  }

  bytes(start: number, end: number): Buffer {
    this.#spend(end - start, start)
    const out = Buffer.allocUnsafe(end - start)
    let filled = 0
    while (filled < out.length) {
      this.#see(start + filled)
      const offset = start + filled - this.#windowStart
      filled += this.#window.copy(out, filled, offset, offset + out.length - filled)
    }
    return out
  }

  invalid(offset: number, what: string): OutpostError {
    return new OutpostError(
      'ONNX_INVALID',
      `The file is not a readable ONNX model: ${what}, at byte ${offset}.`,
      {
        details: { offset },
      },
    )
  }

  #field(start: number, end: number): Field {
    this.#at = start
    const tag = this.#varint(end)
    const number = Math.floor(tag / 8)
    const wireType = tag % 8
    if (number < 1 || number > 0x1fffffff) throw this.invalid(start, 'a field number that does not exist')
    if (wireType === wire.varint) {
      const value = this.#varint(end)
      return { number, wire: wireType, value, start: this.#at, end: this.#at }
    }
    const bytes = this.#length(wireType, end, start)
    const from = this.#at
    if (bytes > end - from) {
      throw this.invalid(
        start,
        `field ${number} declares ${grouped(bytes)} bytes where ${grouped(end - from)} are left`,
      )
    }
    return { number, wire: wireType, value: 0, start: from, end: from + bytes }
  }

  #length(wireType: number, end: number, start: number): number {
    if (wireType === wire.fixed64) return 8
    if (wireType === wire.fixed32) return 4
    if (wireType !== wire.bytes)
      throw this.invalid(start, `wire type ${wireType}, which the format does not use`)
    const bytes = this.#varint(end)
    if (bytes < 0) throw this.invalid(start, 'a negative length')
    return bytes
  }

  /** At most ten bytes. Seven hold 49 bits, which a number carries exactly; longer ones go through BigInt. */
  #varint(end: number): number {
    const start = this.#at
    let value = 0
    let scale = 1
    for (let count = 0; count < 10; count++) {
      if (this.#at >= end) throw this.invalid(start, 'a number that is cut off')
      const byte = this.#byte(this.#at++)
      value += (byte & 0x7f) * scale
      scale *= 128
      if (byte < 0x80) {
        this.#spend(count + 1, start)
        return count < 7 ? value : this.#wide(start, count + 1)
      }
    }
    throw this.invalid(start, 'a number of more than ten bytes')
  }

  #wide(start: number, count: number): number {
    let value = 0n
    for (let at = 0; at < count; at++) value |= BigInt(this.#byte(start + at) & 0x7f) << BigInt(7 * at)
    return Number(BigInt.asIntN(64, value))
  }

  #byte(at: number): number {
    this.#see(at)
    return this.#window[at - this.#windowStart] as number
  }

  /** Moves the window so that it holds the byte at `at`. */
  #see(at: number): void {
    if (at >= this.#windowStart && at < this.#windowStart + this.#window.length) return
    this.#window = this.#read(at)
    if (this.#window.length === 0) throw this.invalid(at, 'the file ends while it is read')
    this.#windowStart = at
  }

  #read(at: number): Buffer {
    const bytes = Math.min(windowBytes, this.#size - at)
    if (typeof this.#source !== 'number') {
      const { buffer, byteOffset } = this.#source
      return Buffer.from(buffer, byteOffset + at, bytes)
    }
    const buffer = Buffer.allocUnsafe(bytes)
    return buffer.subarray(0, readSync(this.#source, buffer, 0, buffer.length, at))
  }

  #spend(bytes: number, at: number): void {
    this.#parsed += bytes
    if (this.#parsed > this.#budget) {
      throw this.invalid(at, `the graph without its weights is larger than ${grouped(this.#budget)} bytes`)
    }
  }
}
