/**
 * How people and programs meet the model: what each input is made from, what each output means. It begins with what
 * the graph tells, and everything can be changed.
 */
import { CodeInput } from '../../components/code-input.tsx'
import { Card } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import type { TensorForm } from './descriptor.ts'
import { labelsInWords } from './found-texts.ts'
import { InputEditor } from './input-editor.tsx'
import { OutputEditor } from './output-editor.tsx'
import { fieldId, type StepProps } from './step-props.ts'
import { formsFor } from './tensor-forms.ts'

export function SchemaStep({ draft, fields, edit, editText, field }: StepProps) {
  const { graph, texts } = draft
  if (graph === null) {
    return (
      <Card title="Schema">
        <EmptyState title="The inputs and outputs of the model will be described here">
          There is no readable ONNX file yet. Add one under Files.
        </EmptyState>
      </Card>
    )
  }
  const inputs = formsFor(graph.inputs, fields.inputs)
  const outputs = formsFor(graph.outputs, fields.outputs)
  const writeInput = (at: number, form: TensorForm) => edit({ inputs: inputs.with(at, form) })
  const writeOutput = (at: number, form: TensorForm) => edit({ outputs: outputs.with(at, form) })
  const labelled = outputs.some(({ kind }) => kind === 'classes')
  return (
    <>
      {graph.inputs.map((spec, at) => (
        <InputEditor
          key={spec.name}
          id={fieldId(at === 0 ? 'inputs' : `inputs.${at}`)}
          spec={spec}
          form={inputs[at] ?? { tensor: spec.name, kind: 'tensor' }}
          error={field(`inputs.${at}`).error}
          onChange={(form) => writeInput(at, form)}
        />
      ))}
      {graph.outputs.map((spec, at) => (
        <OutputEditor
          key={spec.name}
          id={fieldId(at === 0 ? 'outputs' : `outputs.${at}`)}
          spec={spec}
          form={outputs[at] ?? { tensor: spec.name, kind: 'tensor' }}
          onChange={(form) => writeOutput(at, form)}
        />
      ))}
      {labelled && (
        <Card title="Labels" note={labelsInWords(texts.labels)}>
          <CodeInput
            label="Labels in the order of the classes"
            description="One a line. They travel in the package as labels.txt."
            minRows={4}
            maxRows={14}
            value={texts.labels}
            onChange={(event) => editText({ labels: event.currentTarget.value })}
          />
        </Card>
      )}
    </>
  )
}
