/** runtime/node.json: which process owns a data folder and where it listens. Only as true as the lock beside it is held. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { isSystemError } from '../base/errors.ts'

const runtimeNode = z.object({
  pid: z.int(),
  startedAt: z.string(),
  url: z.string().nullable(),
  servingUrl: z.string().nullable(),
  /** host:port of the door for gRPC. */
  grpcAddress: z.string().nullable().default(null),
  /** What the listeners show under TLS, in PEM: its name need not be that of this machine. */
  certificate: z.string().nullable().default(null),
  /** Bearer of the machine's own account, new at each start; the file is readable by its owner alone. */
  token: z.string().nullable(),
})
export type RuntimeNode = z.infer<typeof runtimeNode>

/** Null where there is none or it cannot be understood: it is a pointer, and the lock says whether a node runs. */
export async function readRuntimeFile(path: string): Promise<RuntimeNode | null> {
  try {
    const parsed = runtimeNode.safeParse(JSON.parse(await readFile(path, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return null
    throw error
  }
}
