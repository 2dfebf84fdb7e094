/**
 * Tensors as the product describes them: the datatypes of the Open Inference Protocol v2 and shapes whose
 * variable dimensions are -1. Names of symbolic dimensions are kept beside, since they tell which dimensions agree.
 */
import { z } from 'zod'

/** Open Inference Protocol v2, "Tensor Data Types"; BF16 stands in models only and is refused by the engine. */
export const datatype = z.enum([
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'BF16',
  'FP32',
  'FP64',
  'BYTES',
])
export type Datatype = z.infer<typeof datatype>

export const tensorSpec = z.object({
  name: z.string().max(256),
  datatype,
  /** One entry a dimension, -1 where it varies. */
  shape: z.array(z.int().min(-1)).max(32),
  /** The symbolic name of each dimension, null where it is fixed or unnamed; as long as shape. */
  dimensions: z.array(z.string().nullable()).max(32).optional(),
  /** True where the model does not even say how many dimensions there are; shape is empty then. */
  unranked: z.boolean().optional(),
})
export type TensorSpec = z.infer<typeof tensorSpec>

/**
 * One tensor in JSON: `data` flat or nested, row-major. INT64 and UINT64 beyond 2^53 are written as strings,
 * NaN and the infinities as "NaN", "Infinity" and "-Infinity".
 */
export const jsonTensor = z.object({
  name: z.string().max(256),
  datatype,
  shape: z.array(z.int().min(0)).max(32),
  data: z.array(z.unknown()),
})
export type JsonTensor = z.infer<typeof jsonTensor>
