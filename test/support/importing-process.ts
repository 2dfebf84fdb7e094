/**
 * A process that owns a data folder and imports one version after another until it is killed; run by node as it
 * stands. Each line of its output is written after what it speaks of: the test holds the folder to it.
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { registerVersion } from '../../src-main/registry/register.ts'
import { createBlobStore } from '../../src-main/store/blobs/blobs.ts'
import { openDataDirectory } from '../../src-main/store/data-directory.ts'
import { openNodeDatabase } from '../../src-main/store/open.ts'
import { by, descriptor, registration } from './registration.ts'

const [dataDir = '', run = ''] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`)

const { paths } = await openDataDirectory(dataDir)
const db = openNodeDatabase(dataDir)
const blobs = createBlobStore(dataDir)
say('ready')

async function* stream(bytes: Buffer) {
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

for (let at = 0; ; at++) {
  const intake = blobs.begin()
  const weights = await intake.write(stream(randomBytes(400_000 + (at % 7) * 500_000)))
  const upload = join(paths.uploads, `upload-${run}-${at}`)
  writeFileSync(upload, `card ${run} ${at}`)
  const card = await intake.adopt(upload)
  const described = descriptor({ id: `acme.m${run}-${at}` })
  const rows = [
    { path: 'model.onnx', kind: 'weight' as const, mediaType: 'application/octet-stream', ...weights },
    { path: 'README.md', kind: 'document' as const, mediaType: 'text/markdown', ...card },
  ]
  registerVersion(db, { ...registration(described), artifacts: rows }, by)
  intake.end()
  say(`registered acme.m${run}-${at}`)
}
