/** What changed about an endpoint while its charts were drawn: a deployment, a rollback, as marks with words. */
import type { TransitionRow } from '../../../src-main/contract/traffic.ts'
import { versionCore } from '../../components/format.ts'
import type { VersionHistory } from './figures-history.ts'
import { strategyWords } from './strategy-words.ts'

export interface ChangeMark {
  /** Seconds of the Unix epoch. */
  at: number
  words: string
}

const secondsOf = (at: string): number => Date.parse(at) / 1000

/** Oldest first, of the time that the charts show. */
export function marksOf(
  changes: readonly TransitionRow[],
  history: readonly Pick<VersionHistory, 'samples'>[],
): ChangeMark[] {
  const since = Math.min(...history.map(({ samples }) => samples[0]?.at ?? Number.POSITIVE_INFINITY))
  return changes
    .flatMap(marksOfOne)
    .filter(({ at }) => at >= since)
    .sort((one, other) => one.at - other.at)
}

function marksOfOne({ strategy, to, status, startedAt, endedAt }: TransitionRow): ChangeMark[] {
  const version = versionCore(to)
  const ended = endedAt === null ? null : secondsOf(endedAt)
  if (status === 'rolled_back' && ended !== null)
    return [begun(), { at: ended, words: `${version} rolled back` }]
  if (strategy === 'replace') return [{ at: ended ?? secondsOf(startedAt), words: `${version} deployed` }]
  return status === 'complete' && ended !== null
    ? [begun(), { at: ended, words: `${version} answers all` }]
    : [begun()]

  function begun(): ChangeMark {
    return {
      at: secondsOf(startedAt),
      words: strategy === 'replace' ? `${version} begun` : `${strategyWords[strategy]} of ${version} begun`,
    }
  }
}
