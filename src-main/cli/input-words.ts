/** What a model takes, in the words of the command line, for whoever sent it something else. */
import { OutpostError } from '../base/errors.ts'
import type { InputSchema } from '../contract/package.ts'
import type { VersionDetail } from '../contract/views.ts'
import type { Connection } from './connection.ts'
import { asOutpostError } from './failure.ts'
import { parseReference } from './names.ts'

export type Sent = 'input' | 'text' | 'image'

/** INPUT_INVALID says besides what the model takes, where this key may read that; every other error stays as it is. */
export async function withInputWords(
  thrown: unknown,
  node: Connection,
  reference: string,
  sent: Sent,
): Promise<unknown> {
  const error = asOutpostError(thrown)
  if (error.code !== 'INPUT_INVALID' || error.hint !== undefined) return thrown
  const { model, version = 'latest' } = parseReference(reference)
  const found = await node.client.models.version({ model, version }).catch(() => null)
  if (!found) return thrown
  const { inputs } = found.descriptor
  const [only] = inputs
  const fits = inputs.length === 1 && only && optionOf(only) === sent
  if (fits && sent !== 'input') return thrown // of the right kind, and refused for what is in it
  const isOther = inputs.length === 1 && only && sent !== 'input'
  const message = isOther
    ? `${model} takes ${nouns[only.kind]}, and ${nounOf[sent]} was sent.`
    : error.message
  return new OutpostError(error.code, message, { hint: hintOf(found), details: error.details, cause: thrown })
}

const nouns: Record<InputSchema['kind'], string> = {
  image: 'a picture',
  text: 'a text',
  fields: 'a row of numbers',
  tensor: 'a tensor',
}
const nounOf = { text: 'a text', image: 'a picture' } as const

const optionOf = ({ kind }: InputSchema): Sent => (kind === 'image' || kind === 'text' ? kind : 'input')

/** Longer examples help nobody on one line. */
const exampleCharsMax = 300

function hintOf({ descriptor, examples }: Pick<VersionDetail, 'descriptor' | 'examples'>): string {
  const [only, second] = descriptor.inputs
  if (only && !second && optionOf(only) === 'image') return 'Send it with --image FILE.'
  if (only && !second && optionOf(only) === 'text') return 'Send it with --text "…".'
  const example = JSON.stringify(examples[0]?.inputs)
  if (example !== undefined && example.length <= exampleCharsMax) return `For example --input '${example}'`
  const names = descriptor.inputs.map(({ tensor }) => JSON.stringify(tensor))
  return names.length > 0
    ? `Send JSON with --input '{${names.map((name) => `${name}: …`).join(', ')}}' or --input @FILE.`
    : 'Send JSON with --input, or --input @FILE.'
}
