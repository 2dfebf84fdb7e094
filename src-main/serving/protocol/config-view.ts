/** What is served in the form of Triton's model configuration (triton-inference-server/common, model_config.proto). */
import type { Datatype, TensorSpec } from '../../contract/tensor.ts'

/** BYTES is called STRING there; the others have their own name. */
const dataType = (datatype: Datatype): string => `TYPE_${datatype === 'BYTES' ? 'STRING' : datatype}`

export interface ConfigSource {
  name: string
  version: string
  inputs: readonly TensorSpec[]
  outputs: readonly TensorSpec[]
  /** Rows of one run at most; 0 where requests are not merged. */
  batchSizeMax: number
  queueRequestsMax: number
  device: string
  instances: number
}

export function configView(source: ConfigSource) {
  const { name, version, batchSizeMax } = source
  // With a batch size the first dimension is implied, without one it is written out.
  const tensor = ({ name: tensorName, datatype, shape }: TensorSpec) => ({
    name: tensorName,
    data_type: dataType(datatype),
    dims: batchSizeMax > 0 ? shape.slice(1) : shape,
  })
  return {
    name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { specific: { versions: [version] } },
    max_batch_size: batchSizeMax,
    input: source.inputs.map(tensor),
    output: source.outputs.map(tensor),
    instance_group: [
      { name, kind: source.device === 'cpu' ? 'KIND_CPU' : 'KIND_GPU', count: source.instances },
    ],
    default_model_filename: 'model.onnx',
    ...(batchSizeMax === 0
      ? {}
      : {
          dynamic_batching: {
            preferred_batch_size: [],
            max_queue_delay_microseconds: 0,
            default_queue_policy: { max_queue_size: source.queueRequestsMax },
          },
        }),
  }
}
