/**
 * How the product is built: src-main to out/main, src-preload to out/preload, src-renderer to out/renderer. Every
 * process and thread that is started by file name is an input of its own, so that it lies beside the entry that
 * starts it, in source (`.ts`) and in out/main (`.js`) alike.
 */
import { resolve } from 'node:path'
import { minifyContractRouter } from '@orpc/contract'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import mantine from 'postcss-preset-mantine'
import type { Plugin } from 'vite'
import { contract } from './src-main/contract/api/contract.ts'

const here = (path: string) => resolve(import.meta.dirname, path)

/**
 * The page is not painted before its program has set the theme. Vite writes the script tag anew and keeps no attribute
 * of the source, so it is put there afterwards.
 */
const paintAfterProgram: Plugin = {
  name: 'paint-after-program',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
}

/** The page asks and is answered by methods and paths: what inputs and outputs are is checked by the node alone. */
const contractOfPaths: Plugin = {
  name: 'contract-of-paths',
  enforce: 'pre',
  load: (id) =>
    id.endsWith('/src-main/contract/api/contract.ts')
      ? `export const contract = ${JSON.stringify(minifyContractRouter(contract), pathsOnly)}`
      : null,
}

/** Words of the API's own documentation. */
const pathsOnly = (name: string, value: unknown): unknown =>
  name === 'summary' || name === 'tags' || name === 'description' ? undefined : value

const mainEntries = [
  'desktop',
  'headless',
  'cli',
  'serving',
  'engine-thread',
  'prepare-thread',
  'usage-thread',
  'lab',
]

export default defineConfig({
  main: {
    build: {
      outDir: here('out/main'),
      emptyOutDir: true,
      rolldownOptions: {
        input: Object.fromEntries(mainEntries.map((name) => [name, here(`src-main/${name}.ts`)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: here('out/preload'),
      emptyOutDir: true,
      // A sandboxed preload can require electron and nothing else, and only as CommonJS: all else is bundled in.
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: here('src-preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: here('src-renderer'),
    plugins: [contractOfPaths, react(), paintAfterProgram],
    css: { postcss: { plugins: [mantine()] } },
    build: {
      outDir: here('out/renderer'),
      emptyOutDir: true,
      minify: true,
      // The content security policy allows no data: scripts or fonts, so nothing is inlined.
      assetsInlineLimit: 0,
      // Which chunks the first screen loads can be read from out/renderer/.vite/manifest.json.
      manifest: true,
      rolldownOptions: { input: { index: here('src-renderer/index.html') } },
    },
  },
})
