/**
 * The log: JSON lines through pino into files that are rotated by size. Secrets are redacted by the name of their
 * field, here, so that no caller can forget it.
 */

import { type DestinationStream, type Logger, pino } from 'pino'
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
    paths: secretFields.flatMap((field) => [quoted(field), `*${bracket(field)}`, `*.*${bracket(field)}`]),
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
  })
  // A log that cannot be written must not stop the node: the disk may be full, and serving goes on.
  stream.on('error', () => undefined)
  return {
    log: pino(pinoOptions, stream as DestinationStream),
    close: () => new Promise((resolve) => stream.end(resolve)),
  }
}

const bracket = (field: string): string => `["${field}"]`
const quoted = (field: string): string => bracket(field)
