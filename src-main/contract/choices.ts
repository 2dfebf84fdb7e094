/** Small sets of words that addresses and filters name too; apart from the large schemas, so that a page is light. */
import { z } from 'zod'

export const task = z.enum([
  'image-classification',
  'object-detection',
  'tabular-classification',
  'tabular-regression',
  'text-classification',
  'embedding',
  'other',
])

export const source = z.enum(['built', 'imported', 'sample'])

export const jobState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled', 'interrupted'])

export const draftStep = z.enum([
  'source',
  'inspect',
  'schema',
  'version',
  'card',
  'license',
  'test',
  'review',
  'build',
])

export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-11')
