/** The serving process of a test: forked, spoken to by messages as control would, and by HTTP as a consumer would. */
import type { ForkOptions } from 'node:child_process'
import { join } from 'node:path'
import { type Child, forkChildren } from '../../src-main/base/child.ts'
import {
  type ServingConfig,
  type ServingToControl,
  servingToControl,
} from '../../src-main/contract/processes.ts'

export type ServingProcess = Awaited<ReturnType<typeof startServing>>
type Message<Type> = Extract<ServingToControl, { type: Type }>

export async function startServing(
  config: ServingConfig,
  nextSnapshot: () => number,
  forkOptions: ForkOptions = {},
) {
  const main = join(import.meta.dirname, '../../src-main')
  const child: Child = forkChildren(main, '.ts', forkOptions)('serving')
  const seen: ServingToControl[] = []
  const wake: Array<() => void> = []
  let ended: number | string | undefined
  const notify = () => {
    for (const look of wake.splice(0)) look()
  }
  const lines: string[] = []
  child.onLine((line) => {
    lines.push(line)
    process.stderr.write(`serving: ${line}\n`)
  })
  child.onMessage((raw) => {
    seen.push(servingToControl.parse(raw))
    notify()
  })
  const exited = new Promise<number | string>((resolve) =>
    child.onExit((code) => {
      ended = code
      notify()
      resolve(code)
    }),
  )

  /** The first message of a kind that fits, from what has arrived or will; throws when the process ends before. */
  async function message<Type extends ServingToControl['type']>(
    type: Type,
    fits: (found: Message<Type>) => boolean = () => true,
  ): Promise<Message<Type>> {
    for (;;) {
      const found = seen.find((one): one is Message<Type> => one.type === type && fits(one as Message<Type>))
      if (found) return found
      if (ended !== undefined) throw new Error(`serving ended (${ended}) before it said ${type}`)
      await new Promise<void>((resolve) => void wake.push(resolve))
    }
  }

  async function snapshot(): Promise<void> {
    const number = nextSnapshot()
    child.post({ type: 'snapshot', number })
    await message('applied', (applied) => applied.number === number)
  }

  child.post({ type: 'start', config })
  const first = await Promise.race([message('ready'), message('failed')])
  if (first.type === 'failed')
    throw Object.assign(new Error(first.failure.message), { failure: first.failure })
  await snapshot()
  return {
    url: first.url,
    port: first.port,
    grpcAddress: first.grpc?.address ?? '',
    pid: child.pid,
    exited,
    /** What it wrote to its terminal. */
    lines,
    message,
    snapshot,
    reports: () => seen.filter((one): one is Message<'report'> => one.type === 'report'),
    post: (value: unknown) => child.post(value),
    drain: async () => {
      child.post({ type: 'drain' })
      return exited
    },
    kill: () => child.kill(),
    /** POST of JSON, or of text as it is. */
    call: async (path: string, body: unknown, key?: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${first.url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: response.status, headers: response.headers, body: (await response.json()) as never }
    },
  }
}
