/**
 * Messages of resources/grpc/open-inference.proto as the loader makes them: fields by their names there, 64-bit numbers
 * as decimal text, of a `oneof` the name of the field that was set.
 */
export interface Parameter {
  parameter_choice?: 'bool_param' | 'int64_param' | 'string_param' | 'double_param' | 'uint64_param'
  bool_param?: boolean
  int64_param?: string
  string_param?: string
  double_param?: number
  uint64_param?: string
}
export type Parameters = Record<string, Parameter>

export interface Contents {
  bool_contents: boolean[]
  int_contents: number[]
  int64_contents: string[]
  uint_contents: number[]
  uint64_contents: string[]
  fp32_contents: number[]
  fp64_contents: number[]
  bytes_contents: Uint8Array[]
}

export interface InferInput {
  name: string
  datatype: string
  shape: string[]
  parameters: Parameters
  contents: Contents | null
}

export interface InferRequestMessage {
  model_name: string
  model_version: string
  id: string
  parameters: Parameters
  inputs: InferInput[]
  outputs: Array<{ name: string; parameters: Parameters }>
  raw_input_contents: Uint8Array[]
}

export interface InferAnswerMessage {
  model_name: string
  model_version: string
  id: string
  parameters?: Record<string, { string_param: string }>
  outputs: Array<{ name: string; datatype: string; shape: number[]; contents?: Partial<Contents> }>
  raw_output_contents: Uint8Array[]
}

export interface ModelMessage {
  name: string
  version: string
}

export interface RepositoryMessage {
  model_name: string
  parameters: Record<string, unknown>
}
