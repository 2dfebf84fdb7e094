/** The libraries for graphics cards: fetched whole or not at all, going on where they were cut off, or from a file. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runtimePlace } from '../../../src-main/engine/gpu-libraries.ts'
import { installGpu } from '../../../src-main/flows/upkeep/gpu.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { zipOf } from '../../support/zip-writer.ts'

const native = 'runtimes/linux-x64/native'
const libraries = {
  [`${native}/libonnxruntime_providers_shared.so`]: Buffer.from('shared'),
  [`${native}/libonnxruntime_providers_cuda.so`]: Buffer.alloc(200_000, 'cuda'),
  'runtimes/win-x64/native/libonnxruntime_providers_cuda.so': Buffer.from('of another system'),
}

let folder: string
let directory: string
let server: Server | undefined
beforeEach(() => {
  folder = temporaryFolder()
  directory = mkdtempSync(join(folder, 'runtime-'))
})
afterEach(() => {
  server?.close()
  server = undefined
})

const from = (bytes: Uint8Array): string => {
  const path = join(folder, 'archive.nupkg')
  writeFileSync(path, bytes)
  return path
}
const install = (more: { from?: string; feed?: string }) =>
  installGpu({ downloads: join(folder, 'downloads'), directory, ...more })

test('an archive that was fetched elsewhere is unpacked beside the runtime', async () => {
  const names = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']
  expect(await install({ from: from(zipOf(libraries)) })).toEqual(names)
  expect(readdirSync(directory).toSorted()).toEqual(names.toSorted())
  expect(readFileSync(join(directory, 'libonnxruntime_providers_cuda.so'))).toEqual(
    Buffer.alloc(200_000, 'cuda'),
  )
})

test('an archive that is another one, cut off or damaged is refused and leaves nothing half', async () => {
  const whole = zipOf(libraries)
  const damaged = Buffer.from(whole)
  damaged.fill('x', 1000, 1010)
  await expect(install({ from: from(zipOf({ a: Buffer.from('b') })) })).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
    hint: expect.stringContaining('Microsoft.ML.OnnxRuntime.Gpu.Linux'),
  })
  await expect(install({ from: from(whole.subarray(0, 5000)) })).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
  })
  await expect(install({ from: from(damaged) })).rejects.toMatchObject({ code: 'PACKAGE_INVALID' })
  await expect(install({ from: join(folder, 'nothing') })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(readdirSync(directory).filter((name) => name !== 'libonnxruntime_providers_shared.so')).toEqual([])
})

/** What NuGet answers; `cut` bytes into the package the first answer breaks off. */
async function feedOf(
  archive: Buffer,
  sha512: string,
  cut: number | null,
): Promise<{ feed: string; ranges: string[] }> {
  const ranges: string[] = []
  const { version } = runtimePlace()
  server = createServer((request, response) => {
    const url = `http://${request.headers.host}`
    const leaf = `/registration5-gz-semver2/microsoft.ml.onnxruntime.gpu.linux/${version}.json`
    if (request.url === leaf) {
      response.end(JSON.stringify({ packageContent: `${url}/package`, catalogEntry: `${url}/entry` }))
    } else if (request.url === '/entry') {
      response.end(JSON.stringify({ packageHash: sha512, packageHashAlgorithm: 'SHA512' }))
    } else if (request.url === '/package') {
      const range = request.headers.range ?? ''
      ranges.push(range)
      const start = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0)
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': archive.length - start })
      if (cut !== null && ranges.length === 1)
        response.write(archive.subarray(0, cut), () => setTimeout(() => response.destroy(), 50))
      else response.end(archive.subarray(start))
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return { feed: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ranges }
}

const digestOf = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest('base64')

test('a download that was cut off goes on where it ended', async () => {
  const archive = zipOf(libraries)
  const { feed, ranges } = await feedOf(archive, digestOf(archive), 70_000)
  await expect(install({ feed })).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' })
  expect(await install({ feed })).toHaveLength(2)
  expect(ranges[0]).toBe('')
  expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/)
  expect(readdirSync(join(folder, 'downloads'))).toEqual([])
})

test('a download with other bytes than were published is thrown away', async () => {
  const { feed } = await feedOf(zipOf(libraries), digestOf(Buffer.from('other')), null)
  await expect(install({ feed })).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' })
  expect([readdirSync(directory), readdirSync(join(folder, 'downloads'))]).toEqual([[], []])
  await expect(install({ feed: `${feed}/nowhere` })).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' })
})
