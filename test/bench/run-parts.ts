/**
 * Measures all parts of a benchmark or the named ones and prints one table (`--json` for programs). A missed target is
 * said and no failure: a busy machine misses some of them.
 */
import { type Figure, isMet, machine, type Part, printTable } from './figures.ts'

export async function runParts(parts: Record<string, () => Promise<Part>>): Promise<never> {
  const args = process.argv.slice(2)
  const json = args.includes('--json')
  const named = args.filter((arg) => arg !== '--json')
  const unknown = named.find((name) => !Object.hasOwn(parts, name))
  if (unknown !== undefined) {
    console.error(`There is no part "${unknown}"; there are ${Object.keys(parts).join(', ')}.`)
    process.exit(2)
  }
  // By way of exit, at which the temporary folders go.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

  /** What takes long is told on stderr, so that the table or the JSON stands alone. */
  const say = (line: string) => void process.stderr.write(`${line}\n`)

  const results: Array<{ part: string; machine: string; seconds: number; figures: Figure[] }> = []
  for (const [part, load] of Object.entries(parts)) {
    if (named.length > 0 && !named.includes(part)) continue
    say(`${part} …`)
    const before = machine()
    const started = performance.now()
    const figures = await (await load())(say)
    const seconds = Math.round((performance.now() - started) / 1000)
    results.push({ part, machine: before, seconds, figures })
  }

  const all = results.flatMap(({ figures }) => figures)
  const judged = all.filter((figure) => isMet(figure) !== null)
  const missed = judged.filter((figure) => !isMet(figure))
  if (json) {
    const figures = all.map((figure) => ({ ...figure, met: isMet(figure) }))
    console.log(JSON.stringify({ machine: machine(), figures }, null, 2))
  } else {
    for (const { part, machine, seconds } of results) console.log(`${part}: ${seconds} s on ${machine}`)
    printTable(all)
    const which = missed.length === 0 ? '' : `; missed: ${missed.map(({ name }) => name).join(', ')}`
    console.log(`${judged.length - missed.length} of ${judged.length} targets met${which}`)
  }
  process.exit()
}
