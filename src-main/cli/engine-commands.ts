/** Remote engines: add, change, list, test, remove. */
import { OutpostError } from '../base/errors.ts'
import type { RemoteRow, RemoteTest } from '../contract/remote.ts'
import type { AddCommand } from './add-command.ts'
import { wholeNumber } from './names.ts'
import { table } from './terminal.ts'

interface AddOptions {
  model: string
  modelVersion?: string
  timeout?: number
  allowHttp?: boolean
}

interface ChangeOptions extends Partial<AddOptions> {
  address?: string
  /** False where --no-token is given. */
  token: boolean
}

export function addEngineCommands(add: AddCommand): void {
  add(
    'engine add <name> <url>',
    'Add a server of the Open Inference Protocol v2 that runs a model elsewhere; its token is read from OUTPOST_ENGINE_TOKEN',
    'OUTPOST_ENGINE_TOKEN=… outpost engine add gpu-box https://gpu.acme.example --model digits',
    (command) =>
      command
        .requiredOption('--model <name>', 'the model, as that server calls it')
        .option(
          '--model-version <version>',
          'its version there; what the server chooses unless told otherwise',
        )
        .option('--timeout <ms>', 'for one request, all tries together; 30000', wholeNumber(50, 600_000))
        .option('--allow-http', 'take http:// also where it is neither this machine nor a private network'),
  ).run(async (context, name: string, url: string, options: AddOptions) => {
    const { model, modelVersion = null, timeout, allowHttp = false } = options
    const token = process.env.OUTPOST_ENGINE_TOKEN ?? null
    const wanted = { name, url, model, modelVersion, token, allowHttp }
    const { row, tested } = await context.withNode(async (node) => ({
      row: await node.client.engines.add({
        ...wanted,
        ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      }),
      tested: await node.client.engines.test({ name }),
    }))
    const found = tested.failure ? `it does not answer yet: ${tested.failure.message}` : testText(tested)
    context.terminal.result({ ...row, test: tested }, `${name} is added; ${found}`)
  })
  add(
    'engine change <name>',
    'Change a remote engine; what is left out stays. A new token is read from OUTPOST_ENGINE_TOKEN',
    'outpost engine change gpu-box --address https://gpu2.acme.example --timeout 5000',
    (command) =>
      command
        .option('--address <url>', 'where the server is now')
        .option('--model <name>', 'the model, as that server calls it')
        .option('--model-version <version>', "its version there; '' for what the server chooses")
        .option('--timeout <ms>', 'for one request, all tries together', wholeNumber(50, 600_000))
        .option('--no-token', 'send no token any more')
        .option('--allow-http', 'take http:// also where it is neither this machine nor a private network'),
  ).run(async (context, name: string, options: ChangeOptions) => {
    const { address, model, modelVersion, timeout, allowHttp = false } = options
    const given = process.env.OUTPOST_ENGINE_TOKEN
    const row = await context.withNode((node) =>
      node.client.engines.change({
        name,
        allowHttp,
        ...(address !== undefined && { url: address }),
        ...(model !== undefined && { model }),
        ...(modelVersion !== undefined && { modelVersion: modelVersion || null }),
        ...(timeout !== undefined && { timeoutMs: timeout }),
        ...(!options.token ? { token: null } : given !== undefined && { token: given }),
      }),
    )
    context.terminal.result(row, `${name} is changed; outpost engine test ${name} says whether it is ready`)
  })
  add('engine list', 'List the remote engines', 'outpost engine list').run(async (context) => {
    const rows = await context.withNode((node) => node.client.engines.list())
    const heads = [
      'Name',
      'Address',
      'Model',
      'Health',
      'Circuit',
      'Requests',
      'Failed',
      'Used by',
      'Problem',
    ]
    context.terminal.result(rows, table(heads, rows.map(cells)))
  })
  add(
    'engine test <name>',
    'Ask a remote engine whether it is ready, and for its tensors',
    'outpost engine test gpu-box',
  ).run(async (context, name: string) => {
    const tested = await context.withNode((node) => node.client.engines.test({ name }))
    if (tested.failure) throw OutpostError.fromFailure(tested.failure)
    context.terminal.result(tested, `${name}: ${testText(tested)}`)
  })
  add(
    'engine remove <name>',
    'Remove a remote engine that no deployment names',
    'outpost engine remove gpu-box',
  ).run(async (context, name: string) => {
    await context.withNode((node) => node.client.engines.remove({ name }))
    context.terminal.result({ name }, `${name} is gone`)
  })
}

const cells = ({ name, url, model, modelVersion, report, endpoints }: RemoteRow): string[] => [
  name,
  url,
  modelVersion === null ? model : `${model} ${modelVersion}`,
  report?.health ?? '-',
  report?.circuit ?? '-',
  String(report?.requestsTotal ?? '-'),
  String(report?.failuresTotal ?? '-'),
  endpoints.join(' '),
  report?.problem ?? '',
]

function testText({ server, binary, latencyMs, inputs, outputs }: RemoteTest): string {
  const tensors = (list: RemoteTest['inputs']) =>
    list.map(({ name, datatype, shape }) => `${name} ${datatype}[${shape}]`).join(', ') || 'not told'
  const who = server ? `${server.name} ${server.version}`.trim() : 'a server'
  return `${who} is ready (${latencyMs?.toFixed(1)} ms, tensors as ${binary ? 'bytes' : 'JSON'})\n  in:  ${tensors(inputs)}\n  out: ${tensors(outputs)}`
}
