/**
 * A draft's descriptor as the forms read it: any field may be missing or half typed, so each is read leniently and
 * written back whole. The node alone decides what is valid; nothing here refuses.
 */
import { z } from 'zod'
import { task } from '../../../src-main/contract/choices.ts'
import { changeType } from '../../../src-main/contract/package.ts'

const text = z.string().catch('')
const lines = z.array(z.string()).catch([])
/** What is no number stands as it was typed, for the node to refuse. */
const share = z.union([z.number(), z.string()]).optional().catch(undefined)
const shares = z
  .object({
    accuracy: share,
    precision: share,
    recall: share,
    custom: z.record(z.string(), z.unknown()).optional().catch(undefined),
  })
  .catch({})
/** An input or output while it is edited: its kind and tensor are known, the rest is what was typed. */
const tensorForm = z.looseObject({ tensor: text, kind: text })

const draftDescriptor = z.object({
  id: text,
  version: text,
  dataVersion: text,
  title: text,
  summary: text,
  task: task.catch('other'),
  tags: lines,
  owner: z.object({ name: text, contact: text }).catch({ name: '', contact: '' }),
  authors: lines,
  license: z.object({ spdx: text, file: text }).catch({ spdx: '', file: '' }),
  framework: z.object({ name: text, version: text }).catch({ name: '', version: '' }),
  libraries: z.record(z.string(), z.unknown()).catch({}),
  architecture: text,
  change: z
    .object({
      type: changeType.catch('minor'),
      releaseNotes: text,
      breakingChanges: lines,
      improvements: lines,
      migrationGuide: text,
      backwardCompatible: z.boolean().catch(true),
      apiVersion: z.string().catch('v1'),
    })
    .catch({
      type: 'minor',
      releaseNotes: '',
      breakingChanges: [],
      improvements: [],
      migrationGuide: '',
      backwardCompatible: true,
      apiVersion: 'v1',
    }),
  inputs: z.array(tensorForm).catch([]),
  outputs: z.array(tensorForm).catch([]),
  training: z
    .looseObject({
      dataHash: text,
      dataSource: text,
      dataSize: text,
      dataRange: text,
      trainedAt: text,
      hyperparameters: z.record(z.string(), z.unknown()).catch({}),
    })
    .catch({ dataHash: '', dataSource: '', dataSize: '', dataRange: '', trainedAt: '', hyperparameters: {} }),
  evaluation: z
    .object({
      dataset: text,
      overall: shares,
      segments: z.array(z.object({ name: text, cases: z.number().catch(0), metrics: shares })).catch([]),
      fairness: text,
    })
    .catch({ dataset: '', overall: {}, segments: [], fairness: '' }),
  lineage: z.array(z.object({ model: text, version: text, relation: text })).catch([]),
  deploymentTargets: z.array(z.string()).catch(['cpu']),
  suite: text,
})
export type DraftDescriptor = z.infer<typeof draftDescriptor>
export type TensorForm = z.infer<typeof tensorForm>
export type Shares = z.infer<typeof shares>

export const readDescriptor = (given: Record<string, unknown>): DraftDescriptor =>
  draftDescriptor.parse(given)

/** Without what is empty: an optional field that holds nothing is not written into outpost.json. */
export function withoutEmpty<T extends Record<string, unknown>>(fields: T): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined && value !== null),
  )
}
