/** The way of a model through the command line alone: packed on one machine, checked, let in, served and deleted on another. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answer, outpost } from '../../support/command-line.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'
import { samplesDirectory } from '../../support/whole-node.ts'

const folder = sharedFolder()
const inFolder = (name: string) => join(folder, name)
const provider = ['--data', inFolder('provider')]
const consumer = ['--data', inFolder('consumer')]

const sections = join(samplesDirectory, 'debian-sections', '1.0.0')
const digits = join(samplesDirectory, 'digits', '1.0.0')
const sectionsPackage = () => inFolder('sections.outpost')
const digitsPackage = () => inFolder('digits.outpost')

test('a provider packs what its publisher name allows, signed with the own key', async () => {
  const refused = await outpost(['pack', sections, '-o', sectionsPackage(), ...provider])
  expect(refused.code).toBe(1)
  expect(refused.errors).toMatch(/^PUBLISHER_MISMATCH: .*samples\.debian-sections/)
  expect(refused.errors).toContain('outpost publisher rename samples')

  await answer(['publisher', 'rename', 'samples', ...provider])
  expect(await answer(['pack', sections, '-o', sectionsPackage(), ...provider])).toMatchObject({
    model: 'samples.debian-sections',
    signed: true,
  })
  expect(await answer(['pack', digits, '-o', digitsPackage(), ...provider])).toMatchObject({ signed: true })
})

test('a package says what it is and passes every check, without a node', async () => {
  const described = await outpost(['inspect', sectionsPackage()])
  expect(described.code).toBe(0)
  expect(described.out).toContain('samples.debian-sections@1.0.0')
  expect(described.out).toMatch(/Signed by "samples" with sha256:[0-9a-f]{64}/)

  const report = await answer<{ verdict: string; checks: { outcome: string }[] }>([
    'validate',
    sectionsPackage(),
  ])
  expect(report.verdict).toBe('passed')
  expect(report.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([])
})

test('an unknown publisher is shown and refused, and let in by the fingerprint', async () => {
  const refused = await outpost(['import', sectionsPackage(), ...consumer])
  expect(refused.code).toBe(1)
  const fingerprint = /sha256:[0-9a-f]{64}/.exec(refused.errors)?.[0] ?? ''
  expect(refused.errors).toContain(`PUBLISHER_UNKNOWN: The publisher "samples" with the key ${fingerprint}`)
  expect(await answer(['models', ...consumer])).toMatchObject({ total: 0 })

  const other = `sha256:${'0'.repeat(64)}`
  expect((await outpost(['import', sectionsPackage(), '--trust', other, ...consumer])).code).toBe(1)
  const imported = await answer(['import', sectionsPackage(), '--trust', fingerprint, ...consumer])
  expect(imported).toMatchObject({ outcome: 'registered', model: 'samples.debian-sections' })
  // The key is trusted from now on, and the same bytes again change nothing.
  expect(await answer(['import', digitsPackage(), ...consumer])).toMatchObject({ model: 'samples.digits' })
  expect(await answer(['import', sectionsPackage(), ...consumer])).toMatchObject({ digest: imported.digest })
})

test('the registry is listed, searched and paged', async () => {
  const all = await outpost(['models', ...consumer])
  expect(all.out).toContain('samples.debian-sections')
  expect(all.out).toContain('samples.digits')
  expect(await answer(['models', 'handwritten', ...consumer])).toMatchObject({
    total: 1,
    rows: [{ id: 'samples.digits' }],
  })
  expect((await outpost(['models', '--limit', '1', ...consumer])).out).toContain('1 of 2')
  expect(await answer(['versions', 'samples.digits', ...consumer])).toMatchObject({ total: 1 })
  const versions = await outpost(['versions', 'samples.digits', ...consumer])
  expect(versions.out).toMatch(/^1\.0\.0\S* +first /m)
})

test('a version of another publisher is deployed with its license, which comes and goes as a file', async () => {
  const refused = await outpost(['deploy', 'samples.debian-sections@stable', ...consumer])
  expect(refused.code).toBe(1)
  expect(refused.errors).toMatch(/^LIC_NONE: .*\n.*outpost license request samples\.debian-sections/)
  for (const model of ['samples.debian-sections', 'samples.digits']) {
    const request = inFolder(`${model}.request.jws`)
    await answer(['license', 'request', model, '--account', 'Example Bank', '-o', request, ...consumer])
    const terms = inFolder('terms.json')
    const rights = {
      commercialUse: true,
      modification: true,
      redistribution: true,
      derivatives: false,
      onPremise: true,
    }
    await writeFile(terms, JSON.stringify({ rights }))
    const file = inFolder(`${model}.license`)
    const issued = [
      'license',
      'issue',
      model,
      '--account',
      'Example Bank',
      '--request',
      request,
      '--terms',
      terms,
    ]
    expect(await answer([...issued, '-o', file, ...provider])).toMatchObject({ license: { seq: 1 } })
    expect((await outpost(['license', 'inspect', file, ...consumer])).out).toContain('yes  Hand it on')
    expect(await answer(['license', 'import', file, ...consumer])).toMatchObject([{ failure: null }])
  }
  expect((await outpost(['license', 'list', ...consumer])).out).toContain('active')
  expect(
    (await outpost(['license', 'explain', 'samples.digits', '--operation', 'derive', ...consumer])).out,
  ).toContain('LIC_DERIVATIVE_DENIED')
})

test('a model answers text, JSON from a pipe and a picture', async () => {
  const deployed = await outpost(['deploy', 'samples.debian-sections', '--endpoint', 'sections', ...consumer])
  expect(deployed.out).toMatch(
    /samples\.debian-sections@1\.0\.0.*\nno version was named: it is the only one\n$/,
  )
  const said = await outpost([
    'infer',
    'samples.debian-sections',
    '--text',
    'first person shooter with cooperative multiplayer levels',
    ...consumer,
  ])
  expect(said.code).toBe(0)
  expect(said.out).toMatch(/^probabilities: games \d+\.\d %/)

  const piped = await answer<{ outputs: { probabilities: { top: { label: string }[] } }[] }>(
    ['infer', 'samples.debian-sections@1.x', '--input', '-', ...consumer],
    { input: JSON.stringify(['first person shooter with multiplayer levels', 'library for JSON, headers']) },
  )
  expect(piped.outputs.map(({ probabilities }) => probabilities.top[0]?.label)).toEqual(['games', 'devel'])

  // Not deployed: it is loaded for the try.
  const image = join(import.meta.dirname, '..', '..', '..', 'resources', 'icons', 'icon.png')
  const seen = await answer<{ outputs: Record<string, { top: { label: string }[] }>[] }>([
    'infer',
    'samples.digits@1.0.0',
    '--image',
    image,
    ...consumer,
  ])
  expect(Object.values(seen.outputs[0] ?? {})[0]?.top[0]?.label).toMatch(/^\d$/)
})

test('which says where the session does not count, and sticky changes that', async () => {
  const which = (...more: string[]) => outpost(['which', 'sections', 'ci', ...more, ...consumer])
  expect((await which('--session', '42')).out).toMatch(/The session is not used: .* sticky by key/)
  expect((await which()).out).not.toContain('not used')
  expect((await outpost(['sticky', 'sections', 'user', ...consumer])).code).toBe(2)
  expect((await outpost(['sticky', 'sections', 'session', ...consumer])).out).toContain('outpost-session')
  expect((await which('--session', '42')).out).not.toContain('not used')
  expect((await which()).out).toContain('a request without the header outpost-session goes by its key')
  expect((await outpost(['sticky', 'sections', 'request', ...consumer])).code).toBe(0)
  expect((await which()).out).toContain('spreads each request on its own')
})

test('a deprecation says what the version still answers', async () => {
  const deprecate = (...more: string[]) =>
    outpost(['deprecate', 'samples.debian-sections@1.0.0', ...more, ...consumer])
  expect((await deprecate()).out).toMatch(/is deprecated\n1\.0\.0\S* answers 100 % of sections now\.\n$/)
  expect((await deprecate('--undo')).out).toMatch(/is not deprecated\n$/)
})

test('an exported version is the package that came in, byte for byte', async () => {
  const copy = inFolder('copy.outpost')
  await answer(['export', 'samples.debian-sections@latest', '-o', copy, ...consumer])
  expect((await readFile(copy)).equals(await readFile(sectionsPackage()))).toBe(true)
  const only = await outpost([
    'export',
    'samples.debian-sections',
    '-o',
    inFolder('only.outpost'),
    ...consumer,
  ])
  expect(only.out).toMatch(/only\.outpost \(1\.0\.0\S*, .+\)\nno version was named: it is the only one\n$/)
})

test('what is deployed cannot be deleted; what is not deployed can', async () => {
  const refused = await outpost(['delete', 'samples.debian-sections@1.0.0', ...consumer])
  expect(refused.code).toBe(1)
  expect(refused.errors).toMatch(/^VERSION_IN_USE: .*sections/)
  expect(await answer(['verify', ...consumer])).toMatchObject({ versions: 2, damaged: [] })

  await answer(['undeploy', 'sections', ...consumer])
  const { bytesFreed } = await answer<{ bytesFreed: number }>([
    'delete',
    'samples.debian-sections@1.0.0',
    ...consumer,
  ])
  expect(bytesFreed).toBeGreaterThan(50_000)
  expect(await answer(['models', ...consumer])).toMatchObject({ total: 1 })
})
