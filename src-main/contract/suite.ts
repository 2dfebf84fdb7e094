/**
 * A suite: cases with the answer that is right, in JSON Lines, one case a line. Expected outputs are the truth
 * (labels from the data set), never what a model once said.
 */
import { z } from 'zod'
import { jsonTensor } from './tensor.ts'

const line = z.string().min(1).max(256)

export const suiteCase = z.strictObject({
  id: line,
  /** Named segments the case belongs to, for metrics by segment: {"origin": "grape-1"}. */
  segments: z.record(line, line).optional(),
  /**
   * By the name of the model's input tensor: for `fields` an array of numbers (or an object by field name),
   * for `text` a string, for `image` {"file": path in the package} or {"base64": ...}, for `tensor` a jsonTensor.
   */
  inputs: z.record(z.string(), z.unknown()),
  expected: z.strictObject({
    label: z.string().optional(),
    /** By the name of the output tensor; compared within the tolerances. */
    tensors: z.array(jsonTensor).optional(),
    /** The vector of the first output of kind `embedding`, as it is answered; compared within the tolerances. */
    embedding: z.array(z.number()).optional(),
    toleranceAbsolute: z.number().min(0).optional(),
    toleranceRelative: z.number().min(0).optional(),
  }),
})
export type SuiteCase = z.infer<typeof suiteCase>

/** Where a suite stands in a package that does not say so: at its root, or in a folder of its own with its pictures. */
export const isSuitePath = (path: string): boolean =>
  /^(suite\/)?(suite|cases)\.jsonl$|\.suite\.jsonl$/.test(path)

/** Cases that a form is offered to be filled with. */
export const examplesMax = 5

/** A few of the cases, one of each label in turn: they show what a model tells apart. */
export function spreadOverLabels<Case extends { label: string | null }>(cases: readonly Case[]): Case[] {
  const left = [...Map.groupBy(cases, ({ label }) => label).values()]
  const rounds = Array.from({ length: examplesMax }, (_, round) => left.flatMap((same) => same[round] ?? []))
  return rounds.flat().slice(0, examplesMax)
}
