/**
 * Holds this process to a limit of memory. On Linux the kernel does, by the address space (RLIMIT_AS), so that an
 * allocation beyond it fails; everywhere a thread watches the resident memory and ends the process beyond it, since
 * macOS does not enforce that limit, Windows has none, and the main thread may be inside native code.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

const watchEveryMs = 50
/** Bytes of a page, in which /proc counts. */
const pageBytes = 4096
/** Heaps and stacks of the threads that the engine starts later reserve address space that they hardly use. */
const reservedBytes = 1024 ** 3

/** `bytesMax` counts from what the process has reserved so far: V8 alone reserves gigabytes that it never touches. */
export function limitMemory(bytesMax: number): void {
  const watch = `setInterval(() => {
    if (process.memoryUsage.rss() > ${bytesMax}) process.kill(process.pid, 'SIGKILL')
  }, ${watchEveryMs})`
  new Worker(watch, { eval: true }).unref()
  if (process.platform !== 'linux') return
  const [pages = '0'] = readFileSync('/proc/self/statm', 'utf8').split(' ')
  const limit = Number(pages) * pageBytes + reservedBytes + bytesMax
  // util-linux; where it is missing the thread alone keeps watch.
  spawnSync('prlimit', ['--pid', String(process.pid), `--as=${limit}`], { stdio: 'ignore' })
}
