/** Under which license the model is given away: its SPDX expression, and the text that travels in the package. */
import { Autocomplete } from '@mantine/core'
import { CodeInput } from '../../components/code-input.tsx'
import { Card } from '../../components/page.tsx'
import { withoutEmpty } from './descriptor.ts'
import css from './package.module.css'
import type { StepProps } from './step-props.ts'

/** Identifiers of the SPDX license list that models commonly carry. */
const common = [
  'Apache-2.0',
  'MIT',
  'BSD-3-Clause',
  'CC0-1.0',
  'CC-BY-4.0',
  'CC-BY-SA-4.0',
  'CC-BY-NC-4.0',
  'GPL-3.0-only',
  'AGPL-3.0-only',
  'LicenseRef-OpenRAIL-M',
  'LicenseRef-Proprietary',
]

export function LicenseStep({ draft, fields, edit, editText, field }: StepProps) {
  return (
    <Card title="License">
      <p className={css.muted}>
        The terms that travel in the package. Licenses for customers, with their ends and quotas, are made
        under Issue licenses once it is built.
      </p>
      <div className={css.pair}>
        <Autocomplete
          {...field('license.spdx')}
          label="SPDX expression"
          description={
            fields.license.spdx === 'NOASSERTION'
              ? 'NOASSERTION: nothing is said about its terms. Choose an identifier of the SPDX list, or LicenseRef- and a name of your own'
              : 'An identifier of the SPDX list, or LicenseRef- and a name of your own'
          }
          data={common}
          value={fields.license.spdx}
          onChange={(spdx) => edit({ license: withoutEmpty({ ...fields.license, spdx }) })}
        />
      </div>
      <CodeInput
        {...field('license')}
        label="Text of the license"
        description="Travels in the package as LICENSE; consumers read it before they install"
        spellCheck
        minRows={10}
        maxRows={26}
        value={draft.texts.license}
        onChange={(event) => editText({ license: event.currentTarget.value })}
      />
    </Card>
  )
}
