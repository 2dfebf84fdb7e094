/** How much JavaScript the built page loads for its first screen: bytes on the disk, minified and not compressed. */
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Part } from './figures.ts'

const folder = resolve(import.meta.dirname, '../../out/renderer')
const manifest = z.record(
  z.string(),
  z.object({ file: z.string(), imports: z.array(z.string()).default([]) }),
)

/** The page itself and the screen that it opens on. */
const first = ['index.html', 'pages/home/home-page.tsx']

export const measureRenderer: Part = async () => {
  const chunks = manifest.parse(JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')))
  const files = new Set<string>()
  const visit = (name: string): void => {
    const chunk = chunks[name]
    if (!chunk) throw new Error(`the build has no chunk of ${name}`)
    if (files.has(chunk.file)) return
    files.add(chunk.file)
    for (const imported of chunk.imports) visit(imported)
  }
  for (const name of first) visit(name)
  // Scripts that index.html names itself are in no manifest.
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  for (const [, name = ''] of page.matchAll(/<script[^>]* src="\.?\/?([^"]+)"/g)) files.add(name)
  const bytes = [...files].reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
  return [{ name: 'first screen, JavaScript', value: bytes / 1000, unit: 'kB', target: { atMost: 900 } }]
}
