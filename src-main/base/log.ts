/**
 * The log: JSON lines through pino into files that are rotated by size. Secrets are redacted by the name of their
 * field, here, so that no caller can forget it.
 */

import { type Logger, pino } from 'pino'
import { createStream } from 'rotating-file-stream'
import { limits } from '../contract/limits.ts'

export type Log = Logger

const secretFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'passphrase',
  'secret',
  'token',
  'key',
  'pem',
  'privateKey',
  'internalKey',
  'usageKey',
  'keyPepper',
]

export interface LogFiles {
  log: Log
  close(): Promise<void>
}

export function openLog(options: { directory: string | null; level: string; name: string }): LogFiles {
  const redact = {
    paths: secretFields.flatMap((field) => [bracket(field), `*${bracket(field)}`, `*.*${bracket(field)}`]),
    censor: '[redacted]',
  }
  const pinoOptions = {
    level: options.level,
    base: { process: options.name },
    redact,
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

const bracket = (field: string): string => `["${field}"]`

/** JSON escapes line ends and ESC; these, which it lets stand, end lines and command terminals as well. */
const unprintable = /[\u007f-\u009f\u2028\u2029]/g
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
