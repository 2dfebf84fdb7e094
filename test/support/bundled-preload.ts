/** The preload as the build makes it (electron.vite.config.ts): one CommonJS file that requires electron alone. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'

/** Alone in a folder that the caller removes. */
export async function bundledPreload(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'outpost-preload-'))
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: { preload: resolve(import.meta.dirname, '../../src-preload/preload.ts') },
        external: ['electron'],
        platform: 'node',
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  })
  return join(outDir, 'preload.cjs')
}
