/**
 * A version as a container image: its documents have the shape of the OCI image specification, every digest is that of
 * its bytes, and the image's command runs from its unpacked root, on nothing but what the layers hold.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { gunzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { answer, outpost } from '../../support/command-line.ts'
import { freePort } from '../../support/free-port.ts'
import { writeSource } from '../../support/package-folder.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const descriptor = z.strictObject({ mediaType: z.string(), digest: sha256, size: z.int() })
const texts = z.record(z.string(), z.string())
const index = z.strictObject({
  schemaVersion: z.literal(2),
  mediaType: z.literal('application/vnd.oci.image.index.v1+json'),
  manifests: z.tuple([
    descriptor.extend({
      platform: z.strictObject({ os: z.literal('linux'), architecture: z.enum(['amd64', 'arm64']) }),
      annotations: texts,
    }),
  ]),
})
const manifest = z.strictObject({
  schemaVersion: z.literal(2),
  mediaType: z.literal('application/vnd.oci.image.manifest.v1+json'),
  config: descriptor.extend({ mediaType: z.literal('application/vnd.oci.image.config.v1+json') }),
  layers: z.array(descriptor.extend({ mediaType: z.literal('application/vnd.oci.image.layer.v1.tar+gzip') })),
})
const imageConfig = z.strictObject({
  created: z.iso.datetime(),
  architecture: z.enum(['amd64', 'arm64']),
  os: z.literal('linux'),
  config: z.strictObject({
    User: z.string(),
    ExposedPorts: z.record(z.string(), z.strictObject({})),
    Env: z.array(z.string().regex(/^[A-Z_]+=/)),
    Entrypoint: z.array(z.string()),
    Cmd: z.array(z.string()),
    WorkingDir: z.string(),
    Labels: texts,
    StopSignal: z.string(),
  }),
  rootfs: z.strictObject({ type: z.literal('layers'), diff_ids: z.array(sha256) }),
})

const program = join(import.meta.dirname, '..', '..', '..')
const notMade =
  process.platform === 'linux' && existsSync(join(program, 'out', 'main', 'headless.js'))
    ? null
    : 'an image is made on Linux, of a built program'

const folder = sharedFolder()
const image = join(folder, 'image')
const data = ['--data', join(folder, 'data')]

beforeAll(async () => {
  if (notMade !== null) return
  await answer(['publisher', 'rename', 'acme', ...data])
  const file = join(folder, 'adder.outpost')
  await answer(['pack', await writeSource(join(folder, 'source')), '-o', file, ...data])
  await answer(['import', file, ...data])
  await answer(['image', 'acme.adder@1.0.0', '-o', image, ...data])
}, 120_000)

const blob = (digest: string) => readFile(join(image, 'blobs', 'sha256', digest.slice('sha256:'.length)))
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

async function documents() {
  const { manifests } = index.parse(JSON.parse(await readFile(join(image, 'index.json'), 'utf8')))
  const top = manifest.parse(JSON.parse((await blob(manifests[0].digest)).toString()))
  return { top, config: imageConfig.parse(JSON.parse((await blob(top.config.digest)).toString())) }
}

test('the layout has the shape of the specification, and its digests are true', async ({ skip }) => {
  if (notMade !== null) skip(notMade)
  const { top, config } = await documents()
  for (const [at, layer] of top.layers.entries()) {
    const bytes = await blob(layer.digest)
    expect(digestOf(bytes)).toBe(layer.digest)
    expect(bytes.length).toBe(layer.size)
    expect(digestOf(gunzipSync(bytes))).toBe(config.rootfs.diff_ids[at])
  }
  expect(config.config.ExposedPorts).toEqual({ '8080/tcp': {}, '8081/tcp': {} })
  expect(config.config.Env.join()).toContain('MODEL_VERSION=1.0.0')
  const dockerfile = await readFile(join(image, 'Dockerfile'), 'utf8')
  for (const words of ['ENV MODEL_VERSION="1.0.0', 'EXPOSE 8080 8081', 'USER 10001', 'HEALTHCHECK'])
    expect(dockerfile).toContain(words)
  expect((await outpost(['image', 'acme.adder@1.0.0', '-o', image, ...data])).errors).toContain('BAD_REQUEST')
}, 60_000)

test('skopeo reads the layout', ({ skip }) => {
  if (notMade !== null) skip(notMade)
  if (!existsSync('/usr/bin/skopeo')) skip('skopeo is not installed')
  expect(execFileSync('skopeo', ['inspect', `oci:${image}`]).toString()).toContain('acme.adder')
})

function mayChangeRoot(): boolean {
  try {
    execFileSync('unshare', ['-m', 'sh', '-c', 'mount --rbind /proc /mnt'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false // not permitted, or no such program
  }
}

test('the command runs from the unpacked root and answers as the version', async ({ skip }) => {
  if (notMade !== null) skip(notMade)
  if (!mayChangeRoot()) skip('unshare and chroot are not permitted here')
  const { top, config } = await documents()
  const root = join(folder, 'root')
  for (const name of ['', 'proc', 'dev']) await mkdir(join(root, name), { recursive: true })
  for (const { digest } of top.layers)
    execFileSync('tar', ['xzf', join(image, 'blobs', 'sha256', digest.slice(7)), '-C', root])
  const port = await freePort()
  const key = 'a-key-that-only-this-test-knows'
  const licenseFile = join(folder, 'adder.license')
  await answer(['license', 'issue', 'acme.adder', '--account', 'A container', '-o', licenseFile, ...data])
  const license = await readFile(licenseFile, 'utf8')
  const enter =
    'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot --userspec=10001:10001 "$0" "$@"'
  const command = [...config.config.Entrypoint, ...config.config.Cmd]
  const environment = Object.fromEntries(config.config.Env.map((line) => line.split(/=(.*)/s).slice(0, 2)))
  const child = spawn('/usr/bin/unshare', ['-m', 'sh', '-c', enter, root, ...command], {
    env: {
      ...environment,
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      PORT: String(port),
      OUTPOST_API_KEY: key,
      OUTPOST_LICENSE: license,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  try {
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('  Model ')) break
    child.stdout.resume()
    const url = `http://127.0.0.1:${port}/v2`
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    const ask = (authorization: string) =>
      fetch(`${url}/models/acme.adder/infer`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({
          inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }],
        }),
      })
    expect((await ask('Bearer another')).status).toBe(401)
    const answered = (await (await ask(`Bearer ${key}`)).json()) as Record<string, unknown>
    expect(answered.model_version).toBe(environment.MODEL_VERSION)
  } finally {
    child.kill()
    await gone
  }
}, 60_000)
