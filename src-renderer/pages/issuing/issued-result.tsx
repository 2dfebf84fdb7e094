/** A license that was signed just now: save it, mail it, and the codes for a bad night. */
import { Button, Group } from '@mantine/core'
import type { LicensePayload } from '../../../src-main/contract/license/documents.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { saveDocument } from '../../data/save-text.ts'
import css from './issuing.module.css'

interface Made {
  fileName: string
  document: string
  license: LicensePayload
  codes: string[]
}

/** The file cannot be put into a mail from here, so the mail says that it is attached. */
function mailOf({ fileName, license }: Made): string {
  const subject = `License for ${license.model.id}`
  const body = [
    `Attached is the license for ${license.model.id} (${fileName}).`,
    '',
    'Drop it on the page "Licenses and usage" of your node, or run:',
    `  outpost license import ${fileName}`,
  ].join('\r\n')
  return `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`
}

export function IssuedResult({ made, onClose }: { made: Made; onClose: () => void }) {
  return (
    <div className={css.result}>
      <h3>The license for {made.license.sub} is signed</h3>
      <p className={css.hint}>
        Save the file and send it to the customer, by mail or over an air gap. It can be saved again from the
        list.
      </p>
      <Group gap={12}>
        <Button variant="filled" onClick={() => saveDocument(made)} data-autofocus>
          Save {made.fileName}
        </Button>
        <Button component="a" href={mailOf(made)}>
          Write the mail
        </Button>
      </Group>
      {made.codes.length > 0 && (
        <>
          <h4>Emergency codes</h4>
          <p className={css.hint}>
            Keep them to yourself. When the customer calls, ask for the words on their screen, find the code
            under “Emergency on the telephone”, and read it out: each is good for seven days, once.
          </p>
          <CodeBlock
            text={made.codes.map((code, at) => `${at + 1}  ${code}`).join('\n')}
            label="Emergency codes"
          />
        </>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </div>
  )
}
