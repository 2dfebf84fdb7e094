#!/usr/bin/env node
/**
 * The way in from a fresh clone: installs what package-lock.json names, builds what changed, and runs the product
 * on the Node.js that node_modules brings. Plain JavaScript without dependencies, the only such file, because it
 * has to run before anything is installed, on any Node.js from 20.19 on.
 *
 *   node resources/start.mjs [arguments]           the desktop app where there is a display, else the server
 *   node resources/start.mjs --headless [...]      the server
 *   node resources/start.mjs --test [--unit|--e2e] [names]   tests; the last line counts them
 *   node resources/start.mjs --setup               install and build, nothing else
 *   node resources/start.mjs --run file [...]      a script of the project, after the set-up
 *   outpost [...]                                  the command line (npx outpost: package.json's bin is this file)
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const at = (...path) => join(root, ...path)
const windows = process.platform === 'win32'
const node24 = at('node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
const underNpm = process.env.npm_lifecycle_event !== undefined
const say = (line) => process.stderr.write(`outpost: ${line}\n`)

// ---- running a child ------------------------------------------------------------------------------------------

/**
 * Runs a program to its end and returns its exit code (128 + n for signal n, as shells do). A signal that is sent
 * to us goes on to the child; Ctrl+C in a terminal reaches the child by itself, so that one is only waited out.
 * When npm gets a signal it ends itself and the shell between us, and tells us nothing: a new parent means that.
 */
function run(file, args, { limitMs, ...options } = {}) {
  return new Promise((settle) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', ...options })
    const forward = (signal) => {
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    const parent = process.ppid
    const orphaned = () => underNpm && process.ppid !== parent && child.kill('SIGTERM')
    const watch = setInterval(orphaned, 500)
    const timer = limitMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), limitMs)
    const end = (code) => {
      clearTimeout(timer)
      clearInterval(watch)
      for (const signal of signals) process.off(signal, forward)
      settle(code)
    }
    child.once('error', (error) => {
      say(`${file} could not be started: ${error.message}`)
      end(127)
    })
    child.once('exit', (code, signal) => end(code ?? 128 + constants.signals[signal]))
  })
}

/** Runs a step that the rest needs; when it fails, its exit code is ours. */
async function must(what, file, args, options) {
  // What a step says is no result: a script that reads our output gets the command's alone.
  const code = await run(file, args, { stdio: ['ignore', 2, 2], ...options })
  if (code === 0) return
  say(`${what} failed (exit code ${code})`)
  process.exit(code)
}

/** npm, run by a Node.js from outside node_modules, which `npm ci` deletes. */
function npm(args) {
  const { npm_execpath: cli, npm_node_execpath: node, PATH = '' } = process.env
  if (cli && node && !node.startsWith(at('node_modules'))) return [node, [cli, ...args], {}]
  const path = PATH.split(delimiter).filter((folder) => !folder.startsWith(at('node_modules')))
  return ['npm', args, { shell: windows, env: { ...process.env, PATH: path.join(delimiter) } }]
}

// ---- set-up ---------------------------------------------------------------------------------------------------

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined)

/** Whether node_modules holds what package-lock.json names; npm keeps the list of what it installed in there. */
function installed() {
  const wanted = readJson(at('package-lock.json')).packages
  const present = readJson(at('node_modules', '.package-lock.json'))?.packages
  if (!present) return false
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true
    const found = present[path]
    if (!found) return optional === true // made for another platform
    return found.version === version && found.integrity === integrity
  })
}

/** npm warns of every package that wants a newer Node.js than its own; they run on the one that is installed. */
const quiet = ['--no-audit', '--no-fund', '--loglevel=error']

/**
 * No package's install script runs but `node`'s, which fetches its binary as a package: onnxruntime-node's would
 * download CUDA libraries from elsewhere, and npm would compile better-sqlite3 beside the binary that it brings.
 */
async function install() {
  if (!installed()) {
    say('installing packages (npm ci)')
    await must('npm ci', ...npm(['ci', '--ignore-scripts', ...quiet]))
  }
  if (!existsSync(node24)) await must('npm rebuild node', ...npm(['rebuild', 'node', ...quiet]))
}

const sources = [
  'src-main',
  'src-preload',
  'src-renderer',
  'electron.vite.config.ts',
  'tsconfig.base.json',
  'package-lock.json',
]

/** One digest over name, size and time of every file that the build reads; it changes when a file is deleted too. */
function fingerprint() {
  const hash = createHash('sha256')
  const visit = (path) => {
    const stat = statSync(at(path))
    if (!stat.isDirectory()) hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`)
    else for (const name of readdirSync(at(path)).sort()) visit(join(path, name))
  }
  for (const path of sources) visit(path)
  return hash.digest('hex')
}

async function build() {
  const stamp = at('out', '.built')
  const now = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  rmSync(stamp, { force: true })
  const log = ['--logLevel', 'warn']
  await must('the build', node24, [
    at('node_modules', 'electron-vite', 'bin', 'electron-vite.js'),
    'build',
    ...log,
  ])
  writeFileSync(stamp, now)
}

async function setUp() {
  await install()
  await build()
}

// ---- desktop or server ----------------------------------------------------------------------------------------

const electronFolder = at('node_modules', 'electron')
const electronFetchMs = 180_000

/** The path of Electron's binary, or undefined when it is not there. */
function electronBinary() {
  const name = join(electronFolder, 'path.txt')
  const path = existsSync(name) ? join(electronFolder, 'dist', readFileSync(name, 'utf8')) : undefined
  return path && existsSync(path) ? path : undefined
}

/** Electron's binary is not part of its package: the first start on a desktop downloads it. */
async function findElectron() {
  if (electronBinary()) return electronBinary()
  say(`downloading Electron, once (at most ${electronFetchMs / 60_000} minutes; --headless does without)`)
  await run(node24, [join(electronFolder, 'install.js')], { limitMs: electronFetchMs, stdio: 'ignore' })
  return electronBinary()
}

/** Why this machine cannot show a window, or undefined when it can. */
function noWindow() {
  if (windows || process.platform === 'darwin') return undefined
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display'
  if (process.getuid?.() === 0) return 'Electron does not run as root'
  return undefined
}

/** What Electron ends with when it cannot even start: a library is missing (127), or its sandbox is refused. */
const couldNotStart = [127, ...['SIGTRAP', 'SIGABRT', 'SIGILL'].map((name) => 128 + constants.signals[name])]

/** The window takes the data folder and packages to open; every other option is one of the server. */
function forWindow(args) {
  const given = [...args]
  const at = given.findIndex((arg) => /^--data(=|$)/.test(arg))
  const [named] = at === -1 ? [] : given.splice(at, given[at] === '--data' ? 2 : 1)
  const data = named === '--data' ? args[at + 1] : named?.slice('--data='.length)
  return { data, others: given, serverOnly: given.find((arg) => arg.startsWith('-')) }
}

async function start(args) {
  const rest = args.filter((arg) => arg !== '--headless')
  const headless = async (why) => {
    if (why) say(`${why}: starting the server without a window`)
    return run(node24, [at('out', 'main', 'headless.js'), ...rest])
  }
  if (rest.length < args.length) return headless()
  const { data, others, serverOnly } = forWindow(rest)
  const hindrance = noWindow() ?? (serverOnly && `${serverOnly} is an option of the server`)
  if (hindrance) return headless(hindrance)
  const electron = await findElectron()
  if (!electron) return headless('Electron could not be downloaded')
  const env = data === undefined ? process.env : { ...process.env, OUTPOST_DATA: data }
  const code = await run(electron, [at('out', 'main', 'desktop.js'), ...others], { env })
  return couldNotStart.includes(code) ? headless('Electron could not be started here') : code
}

// ---- tests ----------------------------------------------------------------------------------------------------

/** A test file that could not be loaded or set up: it failed, though none of its tests did. */
const failedWithoutTest = ({ status, assertionResults }) =>
  status === 'failed' && !assertionResults.some((result) => result.status === 'failed')

/**
 * Each runner: its command, the report it writes, and how the report counts.
 */
const runners = {
  unit: {
    report: at('test-results', 'vitest.json'),
    command: (report) => [
      at('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    count: (result) => ({
      passed: result.numPassedTests,
      failed: result.numFailedTests + result.testResults.filter(failedWithoutTest).length,
      skipped: result.numPendingTests + result.numTodoTests,
    }),
  },
  e2e: {
    report: at('test-results', 'playwright.json'),
    command: () => [at('node_modules', '@playwright', 'test', 'cli.js'), 'test', '--reporter=list,json'],
    count: ({ stats, errors }) => ({
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected + errors.length,
      skipped: stats.skipped,
    }),
  },
}

/** Runs one runner; one that fails without a failed test to show for it counts as one. */
async function runTests({ report, command, count }, names) {
  rmSync(report, { force: true })
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report }
  const code = await run(node24, [...command(report), ...names], { env })
  const result = readJson(report)
  const sum = result ? count(result) : { passed: 0, failed: 0, skipped: 0 }
  if (code !== 0 && sum.failed === 0) sum.failed = 1
  return sum
}

async function test(args) {
  const names = args.filter((arg) => !['--unit', '--e2e'].includes(arg))
  const chosen = ['unit', 'e2e'].filter((name) => args.includes(`--${name}`))
  const total = { passed: 0, failed: 0, skipped: 0 }
  mkdirSync(at('test-results'), { recursive: true })
  for (const name of chosen.length > 0 ? chosen : ['unit', 'e2e']) {
    const sum = await runTests(runners[name], names)
    for (const key of Object.keys(total)) total[key] += sum[key]
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}

// ---- the command line -----------------------------------------------------------------------------------------

const callersFolder = process.cwd()
process.chdir(root)
// Programs of the project that are started by name, and their children, find node_modules' Node.js first.
process.env.PATH = [at('node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)

const calledAsOutpost = /^outpost(\.(cmd|ps1))?$/.test(basename(process.argv[1] ?? ''))
const [first, ...others] = calledAsOutpost ? ['--cli', ...process.argv.slice(2)] : process.argv.slice(2)
switch (first) {
  case '--cli':
    await setUp()
    process.exitCode = await run(node24, [at('out', 'main', 'cli.js'), ...others], { cwd: callersFolder })
    break
  case '--setup':
    await setUp()
    break
  case '--test':
    await install()
    if (!others.includes('--unit')) await build()
    process.exitCode = await test(others)
    break
  case '--run':
    await setUp()
    process.exitCode = await run(node24, others)
    break
  default:
    await setUp()
    process.exitCode = await start(process.argv.slice(2))
}
