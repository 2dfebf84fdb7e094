/**
 * The walls between the parts stand: for each rule of .dependency-cruiser.json a violation is planted in a tree of
 * the same layout, and the rule must name the file it was planted in. What the walls allow must pass.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const root = resolve(import.meta.dirname, '../..')

/** A file and the one thing that it imports: a file of the tree, a package, or nothing. */
type Import = readonly [file: string, imported: string]
type Planted = readonly [wall: string, ...Import]

const planted: readonly Planted[] = [
  ['contract-is-pure', 'src-main/contract/reads-files.ts', 'node:fs'],
  ['contract-is-pure', 'src-main/contract/uses-base.ts', 'src-main/base/clock.ts'],
  ['contract-is-pure', 'src-main/contract/uses-package.ts', 'hono'],
  ['base-knows-no-domain', 'src-main/base/knows-licenses.ts', 'src-main/license/check.ts'],
  ['store-knows-no-domain', 'src-main/store/knows-models.ts', 'src-main/registry/register.ts'],
  ['only-store-opens-the-database', 'src-main/audit/opens-it.ts', 'better-sqlite3'],
  ['only-store-opens-the-database', 'src-main/flows/opens-another.ts', 'node:sqlite'],
  ['only-engine-loads-onnxruntime', 'src-main/lab/runs-it.ts', 'onnxruntime-node'],
  ['only-shell-knows-electron', 'src-main/http/asks-the-window.ts', 'electron'],
  ['only-shell-knows-electron', 'src-renderer/asks-the-window.ts', 'electron'],
  ['headless-never-reaches-electron', 'src-main/headless.ts', 'src-main/flows/opens-window.ts'],
  ['flows-face-down', 'src-main/flows/opens-window.ts', 'src-main/shell/window.ts'],
  ['headless-never-reaches-electron', 'src-main/lab.ts', 'src-main/shell/window.ts'],
  ['rooms-are-peers', 'src-main/license/knows-registry.ts', 'src-main/registry/register.ts'],
  ['rooms-are-peers', 'src-main/package/knows-engine.ts', 'src-main/engine/session.ts'],
  ['rooms-are-peers', 'src-main/engine/knows-flow.ts', 'src-main/flows/deploy.ts'],
  ['rooms-are-peers-that-may-run-models', 'src-main/serving/knows-license.ts', 'src-main/license/check.ts'],
  ['rooms-are-peers-that-may-run-models', 'src-main/lab/knows-serving.ts', 'src-main/serving/door.ts'],
  ['flows-face-down', 'src-main/flows/knows-api.ts', 'src-main/api/router.ts'],
  ['flows-face-down', 'src-main/flows/knows-node.ts', 'src-main/node.ts'],
  ['doors-do-no-work', 'src-main/api/reads-rows.ts', 'src-main/store/models.ts'],
  ['doors-do-no-work', 'src-main/http/checks-license.ts', 'src-main/license/check.ts'],
  ['doors-do-no-work', 'src-main/api/knows-http.ts', 'src-main/http/app.ts'],
  ['nothing-imports-an-entry', 'src-main/flows/imports-serving.ts', 'src-main/serving.ts'],
  ['nothing-imports-an-entry', 'test/flow/imports-headless.ts', 'src-main/headless.ts'],
  ['only-entries-construct', 'src-main/shell/builds-a-node.ts', 'src-main/node.ts'],
  ['renderer-sees-the-contract', 'src-renderer/data/knows-base.ts', 'src-main/base/clock.ts'],
  ['renderer-sees-the-contract', 'src-renderer/data/knows-preload.ts', 'src-preload/preload.ts'],
  ['renderer-has-no-node', 'src-renderer/data/reads-files.ts', 'node:fs'],
  ['preload-sees-the-contract', 'src-preload/knows-base.ts', 'src-main/base/clock.ts'],
  ['pages-are-peers', 'src-renderer/pages/models/page.tsx', 'src-renderer/pages/playground/form.tsx'],
  ['product-knows-no-test', 'src-main/base/uses-test.ts', 'test/support/node.ts'],
  ['every-folder-is-a-room', 'src-main/flows/uses-helper.ts', 'src-main/helper/pad.ts'],
  ['no-cycles', 'src-main/base/first.ts', 'src-main/base/second.ts'],
  ['no-orphans', 'src-main/base/forgotten.ts', ''],
  ['no-unresolved', 'src-main/base/points-nowhere.ts', './missing.ts'],
]

/** A cycle is reported once, at its first file; this is the way back. */
const wayBack: Import = ['src-main/base/second.ts', 'src-main/base/first.ts']

const allowed: readonly Import[] = [
  ['src-main/contract/names.ts', 'zod'],
  ['src-main/base/clock.ts', 'src-main/contract/names.ts'],
  ['src-main/store/models.ts', 'better-sqlite3'],
  ['src-main/engine/session.ts', 'onnxruntime-node'],
  ['src-main/lab/runner.ts', 'src-main/engine/session.ts'],
  ['src-main/registry/register.ts', 'src-main/store/models.ts'],
  ['src-main/flows/publish.ts', 'src-main/registry/register.ts'],
  ['src-main/flows/deploy.ts', 'src-main/flows/publish.ts'],
  ['src-main/api/router.ts', 'src-main/flows/publish.ts'],
  ['src-main/http/app.ts', 'src-main/api/router.ts'],
  ['src-main/node.ts', 'src-main/http/app.ts'],
  ['src-main/headless.ts', 'src-main/node.ts'],
  ['src-main/shell/window.ts', 'electron'],
  ['src-main/desktop.ts', 'src-main/shell/window.ts'],
  ['src-main/lab.ts', 'src-main/lab/runner.ts'],
  ['src-preload/preload.ts', 'electron'],
  ['src-renderer/client.ts', 'src-main/contract/names.ts'],
  ['src-renderer/pages/models/page.tsx', 'src-renderer/pages/models/row.tsx'],
  ['src-renderer/pages/models/row.tsx', 'src-renderer/client.ts'],
  ['test/unit/clock.test.ts', 'src-main/base/clock.ts'],
]

const packages = ['better-sqlite3', 'electron', 'hono', 'onnxruntime-node', 'zod']

/** Writes a tree in which each file imports what it is said to; files that are only imported are empty. */
async function plant(folder: string, imports: readonly Import[]): Promise<void> {
  const files = new Map<string, string>()
  for (const name of packages) {
    files.set(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }))
    files.set(`node_modules/${name}/index.js`, '')
  }
  for (const part of ['src-main', 'src-preload', 'src-renderer', 'test']) {
    await mkdir(join(folder, part), { recursive: true })
  }
  for (const [file, imported] of imports) {
    const local = /^(src-|test\/)/.test(imported)
    if (local && !files.has(imported)) files.set(imported, 'export const target = 1\n')
    const specifier = local ? `./${relative(dirname(file), imported)}` : imported
    files.set(file, `${specifier ? `import '${specifier}'\n` : ''}export const planted = 1\n`)
  }
  for (const [file, text] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
}

const report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string() })) }),
  }),
})

/** What `npm run check` finds in such a tree. */
async function check(imports: readonly Import[]) {
  const folder = await mkdtemp(join(tmpdir(), 'outpost-walls-'))
  try {
    await plant(folder, imports)
    const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
    const config = ['--config', join(root, '.dependency-cruiser.json'), '--output-type', 'json']
    const parts = ['src-main', 'src-preload', 'src-renderer', 'test']
    const { stdout } = await promisify(execFile)(process.execPath, [cruiser, ...config, ...parts], {
      cwd: folder,
      maxBuffer: 2 ** 26,
    })
    return report.parse(JSON.parse(stdout)).summary
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('walls', () => {
  let found: Awaited<ReturnType<typeof check>>
  beforeAll(async () => {
    found = await check([...planted.map(([, ...imported]) => imported), wayBack])
  }, 30_000)

  test.each(planted)('%s: %s → %s', (wall, file) => {
    const walls = found.violations.filter(({ from }) => from === file).map(({ rule }) => rule.name)
    expect(walls).toContain(wall)
  })

  test('every wall has a violation planted here', () => {
    const named = new Set(planted.map(([wall]) => wall))
    expect(found.ruleSetUsed.forbidden.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([])
  })

  test('what the walls allow passes', async () => {
    expect((await check(allowed)).violations).toEqual([])
  })
})
