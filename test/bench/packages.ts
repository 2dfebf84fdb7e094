/**
 * Packing and importing a model of 1 GiB, beside `cp` and `sha256sum` of the same file on the same disk. The rounds
 * take turns, each is its own ratio, and the middle one counts: a neighbour's work falls on both sides.
 */
import { execFileSync, fork, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Figure, median, type Part } from './figures.ts'
import { weightsFile, writeLargeModel } from './large-model.ts'
import type { Measured, PackageTask } from './package-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const rounds = 5
const shareMin = 70
const growthMax = 100

interface Round {
  system: number
  /** With OpenSSL's SHA-256, which uses instructions that many a sha256sum does not; null where it is not installed. */
  openssl: number | null
  pack: Measured
  import: Measured
}

export const measurePackages: Part = async (say) => {
  const folder = temporaryFolder()
  const source = join(folder, 'source')
  await writeLargeModel(source)
  const privateKey = generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
  const results: Round[] = []
  for (let round = 0; round < rounds; round++) {
    const result = await runRound(folder, source, privateKey)
    const { system, pack, import: imported } = result
    const [s, p, i] = [system, pack.seconds, imported.seconds].map((seconds) => seconds.toFixed(2))
    say(`  cp and sha256sum ${s} s, pack ${p} s, import ${i} s`)
    results.push(result)
  }
  rmSync(folder, { recursive: true, force: true })
  return [...figuresOf('pack', results), ...figuresOf('import', results)]
}

async function runRound(folder: string, source: string, privateKey: string): Promise<Round> {
  const [file, copy] = [join(source, weightsFile), join(folder, 'copy')]
  const system = bySystem(file, copy, process.platform === 'darwin' ? ['shasum', '-a', '256'] : ['sha256sum'])
  const openssl = hasOpenssl() ? bySystem(file, copy, ['openssl', 'dgst', '-sha256']) : null
  const output = join(folder, 'large.outpost')
  const packed = await inProcess({ kind: 'pack', source, output, privateKey })
  const dataDirectory = join(folder, 'data')
  const imported = await inProcess({ kind: 'import', path: output, dataDirectory })
  rmSync(output)
  rmSync(dataDirectory, { recursive: true })
  return { system, openssl, pack: packed, import: imported }
}

const hasOpenssl = () => spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0

/** Seconds of the system's tools, which do not wait until the disk has the bytes; the product does. */
function bySystem(file: string, copy: string, [digest = '', ...args]: string[]): number {
  const started = performance.now()
  execFileSync('cp', [file, copy])
  execFileSync(digest, [...args, copy])
  const seconds = (performance.now() - started) / 1000
  rmSync(copy)
  return seconds
}

function inProcess(task: PackageTask): Promise<Measured> {
  const child = fork(join(import.meta.dirname, 'package-process.ts'), [JSON.stringify(task)])
  return new Promise((resolve, reject) => {
    child.once('message', (measured) => resolve(measured as Measured))
    child.once('exit', (code) => reject(new Error(`${task.kind} ended with ${code}`)))
  })
}

function figuresOf(work: 'pack' | 'import', results: readonly Round[]): Figure[] {
  const seconds = median(results.map((round) => round[work].seconds))
  const shares = (system: 'system' | 'openssl') =>
    results.flatMap((round) => (round[system] === null ? [] : [(100 * round[system]) / round[work].seconds]))
  const beside = shares('openssl')
  return [
    {
      name: `${work} 1 GiB, share of the rate of cp and sha256sum`,
      value: median(shares('system')),
      unit: '%',
      target: { atLeast: shareMin },
      note: `${seconds.toFixed(2)} s beside ${median(results.map(({ system }) => system)).toFixed(2)} s`,
    },
    ...(beside.length === 0
      ? []
      : [
          {
            name: `${work} 1 GiB, share of the rate of cp and openssl dgst`,
            value: median(beside),
            unit: '%',
          },
        ]),
    {
      name: `${work} 1 GiB, growth in memory`,
      value: Math.max(...results.map((round) => round[work].growthBytes)) / 1e6,
      unit: 'MB',
      target: { atMost: growthMax },
    },
  ]
}
