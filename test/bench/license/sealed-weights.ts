/**
 * What it costs that weights lie encrypted on the disk: decrypting and hashing a file of 170 MB (a ResNet-101) beside reading and hashing it, both from the page cache into memory of their own, in turns.
 */
import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, createWriteStream, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openSealed } from '../../../src-main/license/sealed-weights/open-sealed.ts'
import { makeContentKey, sealFile } from '../../../src-main/license/sealed-weights/seal-file.ts'
import { median, type Part } from '../figures.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const bytes = 170_000_000
const rounds = 15
const pieceBytes = 1 << 20

export const measureSealedWeights: Part = async () => {
  const folder = temporaryFolder()
  const [plainFile, sealedFile] = [join(folder, 'plain'), join(folder, 'sealed')]
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 2), Buffer.alloc(16)).update(
    Buffer.alloc(bytes),
  )
  writeFileSync(plainFile, noise)
  const digest = `sha256:${createHash('sha256').update(noise).digest('hex')}`
  const key = makeContentKey()
  const pieces = Array.from({ length: Math.ceil(bytes / pieceBytes) }, (_, at) =>
    noise.subarray(at * pieceBytes, (at + 1) * pieceBytes),
  )
  await pipeline(sealFile(pieces, { digest, bytes }, key), createWriteStream(sealedFile))

  const pairs: Array<{ plain: Spent; sealed: Spent }> = []
  for (let round = 0; round < rounds; round++) {
    const plain = spent(() => readHashed(plainFile))
    const sealed = spent(() => openSealed(sealedFile, key))
    if (plain.digest !== digest || sealed.digest !== digest)
      throw new Error('what was read is something else')
    pairs.push({ plain, sealed })
  }
  rmSync(folder, { recursive: true })

  const more = (of: 'wall' | 'cpu') =>
    median(pairs.map(({ plain, sealed }) => 100 * (sealed[of] / plain[of] - 1)))
  const note = `${median(pairs.map(({ plain }) => plain.wall)).toFixed(0)} and ${median(pairs.map(({ sealed }) => sealed.wall)).toFixed(0)} ms`
  return [
    {
      name: 'decrypting and hashing 170 MB, more than reading and hashing',
      value: more('wall'),
      unit: '%',
      target: { atMost: 35 },
      note,
    },
    { name: 'the same, of the CPU', value: more('cpu'), unit: '%' },
  ]
}

interface Spent {
  digest: string
  /** Milliseconds. */
  wall: number
  cpu: number
}

function spent(work: () => { digest: string }): Spent {
  const [wall, cpu] = [performance.now(), process.cpuUsage()]
  const { digest } = work()
  const { user, system } = process.cpuUsage(cpu)
  return { digest, wall: performance.now() - wall, cpu: (user + system) / 1000 }
}

function readHashed(path: string): { digest: string; whole: Buffer } {
  const fd = openSync(path, 'r')
  const whole = Buffer.allocUnsafeSlow(bytes)
  const hash = createHash('sha256')
  for (let at = 0; at < bytes; ) {
    const got = readSync(fd, whole, at, Math.min(pieceBytes, bytes - at), at)
    hash.update(whole.subarray(at, at + got))
    at += got
  }
  closeSync(fd)
  return { digest: `sha256:${hash.digest('hex')}`, whole }
}
