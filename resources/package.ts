/**
 * Makes the installer for this platform (npm run package). Electron's binary comes from its publisher's server, not
 * from the npm registry; where it cannot be had this says so and ends, before anything else is tried.
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import process from 'node:process'

const packages = createRequire(import.meta.url)
const downloadMs = 300_000

const download = spawnSync(process.execPath, [packages.resolve('electron/install.js')], {
  stdio: 'ignore',
  timeout: downloadMs,
})
if (download.status !== 0) {
  const { version } = packages('electron/package.json') as { version: string }
  process.stderr.write(
    `outpost: no installer was made: the binary of Electron ${version} could not be downloaded from github.com\n`,
  )
  process.exit(1)
}

const builder = [packages.resolve('electron-builder/cli.js'), '--config', 'electron-builder.config.ts']
const { status } = spawnSync(process.execPath, [...builder, ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(status ?? 1)
