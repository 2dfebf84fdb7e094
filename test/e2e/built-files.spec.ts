/**
 * What the build put into out/, looked at as files: how much the first screen loads, and that no program of the
 * server leads to electron, which on plain Node.js would try to download its binary.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { z } from 'zod'

const out = resolve(import.meta.dirname, '../../out')

/** Bytes of JavaScript, unpacked: on a desktop parsing counts, not the wire. React, the components and the router
 * are 700 kB of it. */
const firstScreenBytesMax = 900_000

const manifest = z.record(
  z.string(),
  z.object({ file: z.string(), imports: z.array(z.string()).default([]) }),
)

/** The names of a set of chunks and of all that they import without being asked. */
function closure(names: readonly string[], importsOf: (name: string) => readonly string[]): string[] {
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    for (const imported of importsOf(name)) visit(imported)
  }
  for (const name of names) visit(name)
  return [...seen]
}

/** Any of them can be the first that is opened. A model's text is read and shown after its page is there. */
const screens = 'home models model playground package deployments requests jobs settings'.split(' ')

for (const name of screens)
  test(`${name} loads no more JavaScript than the budget of a first screen`, () => {
    const chunks = manifest.parse(JSON.parse(readFileSync(join(out, 'renderer/.vite/manifest.json'), 'utf8')))
    const chunk = (name: string) => {
      const found = chunks[name]
      if (!found) throw new Error(`the build has no chunk of ${name}`)
      return found
    }
    const first = closure(['index.html', `pages/${name}/${name}-page.tsx`], (part) => chunk(part).imports)
    const bytes = first.map((part) => statSync(join(out, 'renderer', chunk(part).file)).size)
    const total = bytes.reduce((sum, size) => sum + size, 0)
    test.info().annotations.push({ type: 'first screen', description: `${Math.round(total / 1000)} kB` })
    expect(total).toBeLessThan(firstScreenBytesMax)
  })

for (const entry of [
  'headless',
  'cli',
  'serving',
  'engine-thread',
  'prepare-thread',
  'usage-thread',
  'lab',
]) {
  test(`${entry}.js reaches no electron`, () => {
    const imports = (path: string) => {
      const text = readFileSync(path, 'utf8')
      const quoted = text.matchAll(/\b(?:from|import|require)\s*\(?\s*["']([^"']+)["']/g)
      return [...quoted].map(([, name = '']) => (name.startsWith('.') ? resolve(dirname(path), name) : name))
    }
    const reached = closure([join(out, 'main', `${entry}.js`)], (name) =>
      // A bundle also carries the comments of what it bundles, which name files of other packages.
      name.startsWith(out) && name.endsWith('.js') && existsSync(name) ? imports(name) : [],
    )
    expect(reached).not.toContain('electron')
  })
}
