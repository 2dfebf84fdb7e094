/**
 * The log: JSON lines through pino into files that are rotated by size. Secrets are redacted by the name of their
 * field, at any depth, here, so that no caller can forget it.
 */

import { type Logger, pino } from 'pino'
import { createStream } from 'rotating-file-stream'
import { limits } from '../contract/limits.ts'

export type Log = Logger

const secretFields: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'passphrase',
  'secret',
  'token',
  'key',
  'pem',
  'privatekey',
  'internalkey',
  'usagekey',
  'keypepper',
])

export interface LogFiles {
  log: Log
  close(): Promise<void>
}

export function openLog(options: { directory: string | null; level: string; name: string }): LogFiles {
  const pinoOptions = {
    level: options.level,
    base: { process: options.name },
    formatters: { log: (fields: Record<string, unknown>) => redacted(fields, 0) as Record<string, unknown> },
    // Errors are fields by then.
    serializers: { err: (fields: unknown) => fields },
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  if (options.directory === null)
    return { log: pino({ ...pinoOptions, level: 'silent' }), close: async () => undefined }

  const stream = createStream(`${options.name}.log`, {
    path: options.directory,
    size: `${Math.floor(limits.logFileBytes / 1024)}K`,
    maxFiles: limits.logFilesMax,
    mode: 0o600,
  })
  // A log that cannot be written must not stop the node: the disk may be full, and serving goes on.
  stream.on('error', () => undefined)
  return {
    log: pino(pinoOptions, { write: (line) => void stream.write(line.replaceAll(unprintable, escaped)) }),
    close: () => new Promise((resolve) => stream.end(resolve)),
  }
}

/** As deep as anything is worth logging; what lies deeper is left out, for nobody looks for secrets there. */
const depthMax = 8

/** A copy without secrets, at whatever depth they stand; of an error also what others hung on it. */
function redacted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > depthMax) return '[too deep]'
  if (Array.isArray(value)) return value.map((part) => redacted(part, depth + 1))
  if (value instanceof Error) return redacted(errorFields(value), depth)
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      secretFields.has(name.toLowerCase()) ? '[redacted]' : redacted(part, depth + 1),
    ]),
  )
}

/** What pino's own serializer tells of an error, as plain fields. */
const errorFields = (error: Error): Record<string, unknown> => ({ ...pino.stdSerializers.err(error) })

/** JSON escapes line ends and ESC; these, which it lets stand, end lines and command terminals as well. */
const unprintable = /[\u007f-\u009f\u2028\u2029]/g
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
