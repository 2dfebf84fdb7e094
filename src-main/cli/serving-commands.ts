/** Deployments and inference: deploy, undeploy, infer. */
import { text } from 'node:stream/consumers'
import { Option } from 'commander'
import { OutpostError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { type Strategy, strategy } from '../contract/traffic.ts'
import type { DeploymentRow } from '../contract/views.ts'
import type { AddCommand } from './add-command.ts'
import { chosenVersion } from './chosen-version.ts'
import type { CliContext } from './context.ts'
import { withInputWords } from './input-words.ts'
import { parseReference } from './names.ts'
import { predictionText } from './prediction-text.ts'
import { readNamedFile } from './read-file.ts'
import { table } from './terminal.ts'
import { targetsText, weightOf } from './traffic-commands.ts'

const devices = ['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml'] as const
type Device = (typeof devices)[number]

interface DeployOptions {
  endpoint?: string
  device?: Device
  engine?: string
  strategy: Strategy
  weight?: string
}

export function addServingCommands(add: AddCommand): void {
  add(
    'deploy <model[@version]>',
    'Serve a version on an endpoint; the only one or the stable one where none is named',
    'outpost deploy acme.digits@stable --endpoint digits',
    (command) =>
      command
        .option('--endpoint <name>', 'the endpoint; named after the model unless told otherwise')
        .addOption(new Option('--device <name>', 'what to run it on').choices(devices))
        .addOption(new Option('--engine <name>', 'the remote engine that runs it').conflicts('device'))
        .addOption(
          new Option('--strategy <name>', 'how it comes to an endpoint that serves another version')
            .choices(strategy.options)
            .default('replace'),
        )
        .option(
          '--weight <percent>',
          'its share at the begin (of the keys, see "outpost sticky"); a canary has 5, A/B 50',
        ),
  ).run(async (context, reference: string, options: DeployOptions) => {
    const wanted = {
      endpoint: options.endpoint,
      executionProvider: options.engine ? (`remote:${options.engine}` as const) : (options.device ?? 'auto'),
      strategy: options.strategy,
      ...(options.weight === undefined ? {} : { weight: weightOf(options.weight) }),
    }
    const { row, why } = await context.withNode(async ({ client }) => {
      const { why, ...chosen } = await chosenVersion(client, reference)
      return { row: await client.deployments.deploy({ ...chosen, ...wanted }), why }
    })
    if (row.failure) throw OutpostError.fromFailure(row.failure)
    context.terminal.result(row, `${deployedText(row, options.strategy)}${why}`)
  })

  add('deployments', 'List what is deployed', 'outpost deployments').run(async (context) => {
    const rows = await context.withNode((node) => node.client.deployments.list())
    const cells = rows.map((row) => [
      row.endpoint,
      `${row.model}@${row.version}`,
      row.state,
      row.executionProvider.used ?? '-',
      String(row.requestsTotal),
      row.failure?.message ?? '',
    ])
    context.terminal.result(
      rows,
      table(['Endpoint', 'Version', 'State', 'Runs on', 'Requests', 'Failure'], cells),
    )
  })

  add('undeploy <endpoint>', 'Take an endpoint away', 'outpost undeploy digits').run(
    async (context, endpoint: string) => {
      await context.withNode((node) => node.client.deployments.remove({ endpoint }))
      context.terminal.result({ endpoint }, `${endpoint} is gone`)
    },
  )

  add('infer <model[@version]>', 'Ask a model', 'outpost infer acme.digits --image seven.png', (command) =>
    command
      .option('--input <json>', 'the inputs as JSON, @FILE for a file, - for standard input')
      .option('--text <text>', 'one text')
      .option('--image <file>', 'one picture'),
  ).run(async (context, reference: string, options: InferOptions) => {
    const inputs = await readInputs(context, options)
    const sent = options.text !== undefined ? 'text' : options.image !== undefined ? 'image' : 'input'
    const answer = await context.withNode(async (node) => {
      const asked = { ...parseReference(reference), inputs, from: 'command-line' as const }
      try {
        return await node.client.playground.infer(asked, { signal: context.host.signal })
      } catch (error) {
        throw await withInputWords(error, node, reference, sent)
      }
    }, true)
    context.terminal.result(answer, predictionText(answer))
  })
}

function deployedText(row: DeploymentRow, how: Strategy): string {
  if (how !== 'replace') return targetsText(row)
  const version = `${row.model}@${row.version}`
  return row.state === 'stopped'
    ? `${row.endpoint} will serve ${version} when the node runs`
    : `${row.endpoint} serves ${version} (${row.state}${otherDevice(row)})`
}

/** Where the device that was asked for by name could not be used: the one that is, and why. */
const otherDevice = ({ executionProvider }: Pick<DeploymentRow, 'executionProvider'>): string => {
  const { requested, used, reason } = executionProvider
  return requested === 'auto' || used === null || used === requested ? '' : `, on ${used}: ${reason}`
}

interface InferOptions {
  input?: string
  text?: string
  image?: string
}

async function readInputs(
  context: CliContext,
  { input, text: words, image }: InferOptions,
): Promise<unknown> {
  const given = [input, words, image].filter((value) => value !== undefined)
  if (given.length !== 1) throw new OutpostError('CLI_USAGE', 'Give one of --input, --text and --image.')
  if (words !== undefined) return words
  if (image !== undefined) return { base64: (await readNamedFile(image)).toString('base64') }
  return parseJson(await readInputText(context, input ?? ''), 'JSON_INVALID')
}

function readInputText(context: CliContext, input: string): Promise<string> {
  if (input === '-') return text(context.host.input)
  return input.startsWith('@') ? readNamedFile(input.slice(1), 'utf8') : Promise.resolve(input)
}
