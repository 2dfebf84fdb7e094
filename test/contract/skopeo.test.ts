/**
 * Packages and the tools of others: skopeo reads one, copies it to Debian's docker-registry and back, and the digest
 * stays. What survives is said by what is expected here: manifest, configuration and every layer do; the signature,
 * which lies beside the manifest in the layout, does not, and is put back where it was kept.
 */
import { execFileSync, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import { exportPackage } from '../../src-main/package/archive/export-package.ts'
import { openPackage } from '../../src-main/package/archive/open-package.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import { unpack } from '../../src-main/package/archive/unpack.ts'
import { freePort } from '../support/free-port.ts'
import { writeSource } from '../support/package-folder.ts'
import { sharedFolder } from '../support/temporary-folder.ts'

/** Null where both programs are there, if need be after an attempt to install them; else why they are not. */
function missingPrograms(): string | null {
  const isThere = () =>
    ['skopeo', 'docker-registry'].every((program) => {
      try {
        execFileSync('which', [program], { stdio: 'ignore' })
        return true
      } catch {
        return false // which says so by its exit code
      }
    })
  if (isThere()) return null
  try {
    const options = {
      stdio: 'pipe' as const,
      timeout: 180_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    execFileSync('apt-get', ['update', '-qq'], options)
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'skopeo', 'docker-registry'],
      options,
    )
  } catch (error) {
    return `skopeo and docker-registry are not installed, and apt-get could not do it: ${(error as Error).message.split('\n')[0]}`
  }
  return isThere() ? null : 'apt-get installed skopeo and docker-registry, but they are not on the path'
}

const missing = missingPrograms()
const folder = sharedFolder()
let registry = ''
let stop: () => Promise<void> = async () => undefined

beforeAll(async () => {
  if (missing !== null) return
  registry = `127.0.0.1:${await freePort()}`
  const config = join(folder, 'registry.yml')
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(folder, 'registry') } },
      http: { addr: registry, secret: 'only for this test' },
    }),
  )
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = new Promise((resolve) => child.on('exit', resolve))
  stop = async () => {
    child.kill()
    await gone
  }
  for await (const line of createInterface({ input: child.stderr })) if (line.includes('listening on')) break
  child.stderr.resume()
})
afterAll(() => stop())

const skopeo = (...words: string[]): Buffer =>
  execFileSync('skopeo', ['--insecure-policy', ...words], { stdio: 'pipe' })

test('skopeo reads a package, and carries it to a registry and back with its digest', async ({ skip }) => {
  if (missing !== null) skip(missing)
  const labels = {
    outputs: [{ kind: 'classes' as const, tensor: 'y', labelsFile: 'labels.txt' }],
    dataVersion: 'data.7',
  }
  const source = await writeSource(join(folder, 's'), labels, { 'labels.txt': 'a\nb\nc\nd\n' })
  const path = join(folder, 'adder.outpost')
  const signer = { publisher: 'acme', privateKey: generateSigningKey() }
  const packed = await pack(await readSource(source), { output: path, signer })
  const original = await openPackage(path)

  expect(skopeo('inspect', '--raw', `oci-archive:${path}`)).toEqual(original.manifestBytes)

  const remote = `docker://${registry}/acme/adder:1.0.0_data.7`
  skopeo('copy', '--dest-tls-verify=false', `oci-archive:${path}`, remote)
  expect(skopeo('inspect', '--raw', '--tls-verify=false', remote)).toEqual(original.manifestBytes)

  const back = join(folder, 'back.outpost')
  skopeo('copy', '--src-tls-verify=false', remote, `oci-archive:${back}:1.0.0_data.7`)
  const returned = await unpack(back, join(folder, 'out'))
  expect(returned.digest).toBe(packed.digest)
  expect(returned.configBytes).toEqual(original.configBytes)
  expect(returned.files).toEqual(original.files)
  expect(await readFile(join(folder, 'out', 'model.onnx'))).toEqual(
    await readFile(join(source, 'model.onnx')),
  )
  expect(original.signature?.publisher).toBe('acme')
  expect(returned.signature).toBeNull()

  const contents = new Map<string, Buffer>(
    await Promise.all(
      returned.files.map(
        async (file) => [file.digest, await readFile(join(folder, 'out', file.path))] as const,
      ),
    ),
  )
  contents.set(returned.manifest.config.digest, returned.configBytes)
  const blobs = async function* (digest: string) {
    yield contents.get(digest) ?? Buffer.alloc(0)
  }
  const parts: Uint8Array[] = []
  for await (const part of exportPackage({
    manifest: returned.manifestBytes,
    signature: original.signatureBytes,
    blobs,
  }))
    parts.push(part)
  expect(Buffer.concat(parts)).toEqual(await readFile(path))
}, 60_000)
