/** What only looks on must not fail what it looks at: where it throws, the request goes on, and the log says so once a minute. */
const toldEveryMs = 60_000

/** The same function, which gives `otherwise` where it throws. */
export type Onlooker = <Args extends unknown[], Result>(
  look: (...args: Args) => Result,
  otherwise: Result,
) => (...args: Args) => Result

export function createOnlooker(tell: (error: unknown) => void, now: () => number): Onlooker {
  let toldAt = Number.NEGATIVE_INFINITY
  return (look, otherwise) =>
    (...args) => {
      try {
        return look(...args)
      } catch (error) {
        if (now() - toldAt >= toldEveryMs) {
          toldAt = now()
          tell(error)
        }
        return otherwise
      }
    }
}
