/** Says before a version answers that it takes or gives other tensors than the one whose callers it will get. */
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../client.ts'
import { versionCore } from '../../components/format.ts'
import { Banner } from '../../components/page.tsx'
import { interfaceDifferences } from './interface-differences.ts'

export function InterfaceWarning({ model, now, next }: { model: string; now: string; next: string }) {
  const of = (version: string) =>
    orpc.playground.interface.queryOptions({
      input: { model, version },
      staleTime: Number.POSITIVE_INFINITY,
    })
  const [before, after] = [useQuery(of(now)), useQuery(of(next))]
  if (!before.data || !after.data) return null
  const differences = interfaceDifferences(before.data, after.data)
  if (differences.length === 0) return null
  return (
    <Banner tone="warn" title={`${versionCore(next)} has another interface than ${versionCore(now)}.`}>
      Requests that {versionCore(now)} answers may be refused: {differences.join('; ')}.
    </Banner>
  )
}
