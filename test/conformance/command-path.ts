/** The commands of the command line on one node that runs, as a process of its own; each gives the document of --json. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandsOn } from '../support/commands-in-process.ts'
import { grpcClient } from '../support/grpc-client.ts'
import { startHeadless } from '../support/headless-process.ts'

export type CommandPath = Awaited<ReturnType<typeof openCommandPath>>

export async function openCommandPath(scopes: readonly string[] = ['infer']) {
  const directory = await mkdtemp(join(tmpdir(), 'outpost-conformance-'))
  const node = await startHeadless(join(directory, 'data'))
  const outpost = commandsOn(join(directory, 'data'))

  async function run(...args: string[]): Promise<{ code: number | null; answer: unknown }> {
    const { code, out } = await outpost(...args, '--json')
    return { code, answer: JSON.parse(out) }
  }

  /** The answer of a command that has to succeed. */
  async function must(...args: string[]): Promise<unknown> {
    const { code, answer } = await run(...args)
    if (code === 0) return answer
    throw new Error(`outpost ${args.slice(0, 2).join(' ')} ended with ${code}: ${JSON.stringify(answer)}`)
  }

  const { name: publisher } = (await must('publisher', 'show')) as { name: string }
  const made = (await must(
    'keys',
    'create',
    'conformance',
    ...scopes.flatMap((scope) => ['--scope', scope]),
  )) as { secret: string }
  const grpc = grpcClient(node.grpcAddress, made.secret)
  return {
    directory,
    door: { url: node.servingUrl, key: made.secret },
    grpc,
    publisher,
    run,
    must,
    async close() {
      grpc.close()
      await node.end('SIGTERM')
      await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
