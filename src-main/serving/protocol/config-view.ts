/** What is served in the form of Triton's model configuration (triton-inference-server/common, model_config.proto). */
import { defaultPriorityLevel, type HostingSettings } from '../../contract/hosting.ts'
import type { Datatype, TensorSpec } from '../../contract/tensor.ts'

/** BYTES is called STRING there; the others have their own name. */
const dataType = (datatype: Datatype): string => `TYPE_${datatype === 'BYTES' ? 'STRING' : datatype}`

export interface ConfigSource {
  name: string
  version: string
  inputs: readonly TensorSpec[]
  outputs: readonly TensorSpec[]
  /** Whether requests share runs. */
  mergeable: boolean
  settings: HostingSettings
  device: string
  instances: number
}

export function configView(source: ConfigSource) {
  const { name, version, mergeable, settings } = source
  // With a batch size the first dimension is implied, without one it is written out.
  const tensor = ({ name: tensorName, datatype, shape }: TensorSpec) => ({
    name: tensorName,
    data_type: dataType(datatype),
    dims: mergeable ? shape.slice(1) : shape,
  })
  return {
    name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { specific: { versions: [version] } },
    max_batch_size: mergeable ? settings.maxBatchSize : 0,
    input: source.inputs.map(tensor),
    output: source.outputs.map(tensor),
    instance_group: [
      { name, kind: source.device === 'cpu' ? 'KIND_CPU' : 'KIND_GPU', count: source.instances },
    ],
    default_model_filename: 'model.onnx',
    ...(mergeable ? { dynamic_batching: batchingView(settings) } : {}),
  }
}

const batchingView = (settings: HostingSettings) => ({
  preferred_batch_size: settings.preferredBatchSizes,
  max_queue_delay_microseconds: settings.maxQueueDelayUs,
  preserve_ordering: false,
  priority_levels: settings.priorityLevels,
  default_priority_level: defaultPriorityLevel(settings),
  default_queue_policy: {
    timeout_action: 'REJECT',
    default_timeout_microseconds: settings.defaultTimeoutUs,
    allow_timeout_override: true,
    max_queue_size: settings.queueRequestsMax,
  },
})
