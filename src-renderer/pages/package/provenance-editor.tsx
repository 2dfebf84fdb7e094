/** Where the model comes from and where it is meant to run: what it was trained on, how, with which libraries. */
import { Checkbox, Textarea, TextInput } from '@mantine/core'
import { Disclosure } from '../../components/disclosure.tsx'
import { Card } from '../../components/page.tsx'
import { targetWords } from '../../components/targets.ts'
import { withoutEmpty } from './descriptor.ts'
import css from './package.module.css'
import { PairsEditor } from './pairs-editor.tsx'
import type { StepProps } from './step-props.ts'

const targets = Object.entries(targetWords)

type Props = Pick<StepProps, 'fields' | 'edit' | 'field'>

export function ProvenanceEditor({ fields, edit, field }: Props) {
  const { training, libraries } = fields
  const write = (next: Partial<typeof training>) => edit({ training: withoutEmpty({ ...training, ...next }) })
  return (
    <Card title="Provenance" note="what it takes to make the same model again">
      <div className={css.pair}>
        <Textarea
          {...field('training.dataSource')}
          label="Training data"
          description="Its name and where it comes from"
          autosize
          minRows={1}
          maxRows={6}
          value={training.dataSource}
          onChange={(event) => write({ dataSource: event.currentTarget.value })}
        />
        <TextInput
          {...field('training.dataHash')}
          label="Digest of the training data"
          description="sha256: and 64 hexadecimal digits"
          spellCheck={false}
          value={training.dataHash}
          onChange={(event) => write({ dataHash: event.currentTarget.value.trim() })}
        />
        <TextInput
          {...field('training.dataSize')}
          label="Size of the training data"
          description="Rows or examples, such as 60 000 pictures"
          value={training.dataSize}
          onChange={(event) => write({ dataSize: event.currentTarget.value })}
        />
        <TextInput
          {...field('training.dataRange')}
          label="Time that the data covers"
          description="Such as 2019 to 2024"
          value={training.dataRange}
          onChange={(event) => write({ dataRange: event.currentTarget.value })}
        />
        <TextInput
          {...field('training.trainedAt')}
          label="Trained on"
          description="The day, in UTC"
          type="date"
          value={training.trainedAt.slice(0, 10)}
          onChange={({ currentTarget: { value } }) =>
            write({ trainedAt: value === '' ? '' : `${value}T00:00:00Z` })
          }
        />
        <TextInput
          {...field('framework.version')}
          label="Version of the framework"
          description={fields.framework.name === '' ? 'It was trained with' : `Of ${fields.framework.name}`}
          value={fields.framework.version}
          onChange={(event) =>
            edit({ framework: withoutEmpty({ ...fields.framework, version: event.currentTarget.value }) })
          }
        />
      </div>
      <Disclosure title={`Hyperparameters: ${Object.keys(training.hyperparameters).length}`}>
        <PairsEditor
          title="Hyperparameters"
          one="hyperparameter"
          types={['number', 'text', 'truth', 'nothing']}
          valueTitle="Value"
          value={training.hyperparameters}
          onChange={(hyperparameters) => write({ hyperparameters })}
          field={(name) => field(`training.hyperparameters.${name}`)}
        />
      </Disclosure>
      <Disclosure title={`Libraries: ${Object.keys(libraries).length}`}>
        <PairsEditor
          title="Libraries"
          one="library"
          types={['text']}
          valueTitle="Version"
          value={libraries}
          onChange={(next) => edit({ libraries: next })}
          field={(name) => field(`libraries.${name}`)}
        />
      </Disclosure>
    </Card>
  )
}

export function TargetsEditor({ fields, edit, field }: Props) {
  return (
    <Card title="Targets">
      <Checkbox.Group
        label="Meant to run on"
        description="What whoever deploys it can expect it to work on"
        error={field('deploymentTargets').error}
        value={fields.deploymentTargets}
        onChange={(deploymentTargets) => edit({ deploymentTargets })}
      >
        <div className={css.targets}>
          {targets.map(([value, label], at) => (
            <Checkbox
              key={value}
              value={value}
              label={label}
              {...(at === 0 && { id: field('deploymentTargets').id })}
            />
          ))}
        </div>
      </Checkbox.Group>
    </Card>
  )
}
