/** Runs the benchmarks that are named, or all of them, one after another: `npm run bench -- registry blobs`. */
const benches: Record<string, () => Promise<unknown>> = {
  registry: () => import('./registry.ts'),
  blobs: () => import('./blobs.ts'),
}

const named = process.argv.slice(2)
for (const name of named.length === 0 ? Object.keys(benches) : named) {
  const bench = benches[name]
  if (!bench) {
    console.error(`There is no benchmark "${name}"; there are ${Object.keys(benches).join(', ')}.`)
    process.exitCode = 1
    continue
  }
  console.log(`\n# ${name}`)
  await bench()
}
