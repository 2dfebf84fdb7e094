/**
 * The suite of the Open Inference Protocol v2: one item a point of the protocol and of Triton's extensions to it
 * (kserve/open-inference-protocol, triton-inference-server/server docs/protocol), numbered as our checklist has them,
 * and behind them embeddings as clients of OpenAI's API ask for them.
 */
import { binaryItems } from './binary.ts'
import { datatypeItems } from './datatypes.ts'
import { type Ask, askAt, type Door, type Item } from './door.ts'
import { embeddingItems } from './embeddings.ts'
import { endpointItems } from './endpoints.ts'
import { grpcItems } from './grpc.ts'
import { repositoryItems } from './repository.ts'
import { requestItems } from './requests.ts'
import { statisticsItems } from './statistics.ts'

export const suite: readonly Item[] = [
  ...endpointItems,
  ...requestItems,
  ...datatypeItems,
  ...binaryItems,
  ...repositoryItems,
  ...statisticsItems,
  ...grpcItems,
  ...embeddingItems,
]

/** What the server lacks of what an item needs; empty where it can be asked. */
async function missing(ask: Ask, needs: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    needs.map(async (name) =>
      name === 'gRPC' ? ask.door.grpc !== null : (await ask.get(`/v2/models/${name}`)).status === 200,
    ),
  )
  return needs.filter((_, at) => !found[at])
}

/** Asks a server every item, one after the other, and says what came of it. */
export async function runSuite(door: Door, say: (line: string) => void): Promise<Record<Outcome, number>> {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const ask = askAt(door)
  for (const { number, title, needs, check } of suite) {
    const lacks = await missing(ask, needs)
    const failure = lacks.length > 0 ? null : await check(ask).then(() => null, String)
    const outcome: Outcome = lacks.length > 0 ? 'skipped' : failure === null ? 'passed' : 'failed'
    counts[outcome] += 1
    const why = lacks.length > 0 ? `: needs ${lacks.join(', ')}` : failure === null ? '' : `: ${failure}`
    say(`${outcome.padEnd(8)}${String(number).padStart(2)} ${title}${why}`)
  }
  return counts
}
type Outcome = 'passed' | 'failed' | 'skipped'
