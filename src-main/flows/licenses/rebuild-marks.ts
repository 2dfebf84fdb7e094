/** The marks as the rows of node.db tell them: where the file was lost, which no customer should suffer from. */
import type { NodeReader } from '../../store/sqlite.ts'
import { listKeysets, listRevocations } from '../../store/tables/license-issuers.ts'
import { everInstalled, type StoredLicense } from '../../store/tables/licenses.ts'
import { type Marks, noMarks } from './marks.ts'

/** But for the own keys, of which each has to show itself. */
export function marksOfRows(db: NodeReader): Marks {
  const rows = everInstalled(db)
  const byLid = Map.groupBy(rows, ({ lid }) => lid)
  const each = <Value>(of: (documents: readonly StoredLicense[]) => Value | null): Record<string, Value> =>
    Object.fromEntries(
      [...byLid].flatMap(([lid, documents]) => {
        const value = of(documents)
        return value === null ? [] : [[lid, value] as const]
      }),
    )
  const highest = (documents: readonly StoredLicense[]) => Math.max(0, ...documents.map(({ seq }) => seq))
  return {
    ...noMarks,
    newest: each(highest),
    given: each((all) => highest(all.filter(({ deactivation }) => deactivation !== null)) || null),
    bound: each(() => true as const),
    belowSince: each(
      (all) => all.map(({ rebindSince }) => rebindSince && Date.parse(rebindSince)).find(Boolean) || null,
    ),
    codes: each((all) => {
      const codes = new Map(
        all.flatMap(({ emergency }) => emergency.map((one) => [one.commitment, one] as const)),
      )
      return codes.size === 0 ? null : [...codes.values()]
    }),
    lists: Object.fromEntries(listRevocations(db).map(({ issuer, number }) => [issuer, number])),
    keysets: Object.fromEntries(listKeysets(db).map(({ issuer, n }) => [issuer, n])),
  }
}
