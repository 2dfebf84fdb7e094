/**
 * What serving needs of pre- and post-processing. The room that does it is a peer, so the entry hands it in; the
 * larger bodies are handed to a thread, the others are worked on where they arrive, at once.
 */
import type { Tensor } from '../../base/tensors.ts'
import type { EmbeddingOutput, InputSchema, OutputSchema } from '../../contract/package.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { EmbeddingsAnswer } from '../protocol/embeddings-answer.ts'
import type { EmbeddingsHead } from '../protocol/embeddings-request.ts'
import type { InferAnswer } from '../protocol/infer-answer.ts'
import type { InferRequest } from '../protocol/infer-request.ts'

export interface ProcessingPlan {
  inputs: InputSchema[]
  outputs: OutputSchema[]
  inputSpecs: TensorSpec[]
  outputSpecs: TensorSpec[]
  /** By output tensor, in the order of the classes. */
  labels: Record<string, string[]>
}

export interface PreparedItems {
  /**
   * One entry a run: several items ride in one where the model takes a batch; `rows` has one entry an item, `masks` is
   * what the outputs of the run are finished with.
   */
  runs: Array<{ inputs: Tensor[]; rows: number[]; masks: Tensor[] }>
  items: number
}

interface FinishedRun {
  outputs: Tensor[]
  rows: number[]
  masks: readonly Tensor[]
}

export interface ProcessingPort {
  /** By output tensor; `readFile` gives a file of the package. */
  readLabels(
    outputs: readonly OutputSchema[],
    readFile: (path: string) => Promise<Uint8Array>,
  ): Promise<Record<string, string[]>>
  /** The body of /v1: {"inputs": item or array of items}. INPUT_INVALID, JSON_INVALID. */
  prepare(plan: ProcessingPlan, body: Buffer): Promise<PreparedItems>
  /** The inputs of a case of a suite, whose pictures may be files of the package. */
  prepareCase(
    plan: ProcessingPlan,
    inputs: unknown,
    readFile: (path: string) => Promise<Uint8Array>,
  ): Promise<PreparedItems>
  /** One record an item, from the outputs of each run. */
  finish(plan: ProcessingPlan, runs: readonly FinishedRun[]): Record<string, unknown>[]
  /** The body of /v1/embeddings without its items. INPUT_INVALID, JSON_INVALID. */
  readEmbeddings(body: Buffer): Promise<EmbeddingsHead>
  /** Its items, and how many tokens they have. */
  prepareEmbeddings(plan: ProcessingPlan, body: Buffer): Promise<PreparedItems & { tokens: number }>
  /** One vector an item of a run, cut to so many numbers. */
  finishEmbeddings(
    plan: ProcessingPlan,
    schema: EmbeddingOutput,
    run: FinishedRun,
    dimensions: number | null,
  ): Float32Array[]
  encodeEmbeddings(answer: EmbeddingsAnswer): Promise<string>
  /** The body of /v2 …/infer; `headBytes` is where its JSON ends and the bytes of tensors begin. */
  decode(body: Buffer, headBytes: number): InferRequest | Promise<InferRequest>
  encode(answer: InferAnswer): string | Promise<string>
}
