/** Whoever sends a model something else than it takes is told what it takes, with the option that sends it. */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandsOn, type RunCommand } from '../../support/commands-in-process.ts'
import { type HeadlessProcess, startHeadless } from '../../support/headless-process.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'
import { samplesDirectory } from '../../support/whole-node.ts'

const folder = sharedFolder()
let node: HeadlessProcess
let outpost: RunCommand
const inFolder = (name: string) => join(folder, name)

async function installSample(family: string, version: string): Promise<void> {
  const source = inFolder(family)
  await cp(join(samplesDirectory, family, version), source, { recursive: true })
  const description = await readFile(join(source, 'outpost.json'), 'utf8')
  await writeFile(join(source, 'outpost.json'), description.replace('"samples.', '"acme.'))
  const output = inFolder(`${family}.outpost`)
  for (const args of [
    ['pack', source, '-o', output],
    ['import', output, '--skip-run'],
  ]) {
    expect(await outpost(...args)).toMatchObject({ code: 0, errors: '' })
  }
}

beforeAll(async () => {
  node = await startHeadless(inFolder('data'))
  outpost = commandsOn(inFolder('data'))
  await outpost('publisher', 'rename', 'acme')
  await installSample('digits', '2.0.0')
  await installSample('debian-sections', '1.0.0')
  await installSample('breast-cancer', '1.0.0')
  await writeFile(inFolder('no-picture.png'), 'no picture')
})
afterAll(() => node.end('SIGTERM'))

test.each([
  ['acme.digits', '--text', 'hello', /takes a picture, and a text was sent\.\nSend it with --image FILE\./],
  [
    'acme.debian-sections',
    '--image',
    'no-picture.png',
    /takes a text, and a picture .*\nSend it with --text/,
  ],
  [
    'acme.breast-cancer',
    '--text',
    'hello',
    /takes a row of numbers, .*\nFor example --input '\{"measurements":\[/,
  ],
  [
    'acme.digits',
    '--input',
    '{"other":1}',
    /no input "other"; it takes "image"\.\nSend it with --image FILE\./,
  ],
  ['acme.digits', '--image', 'no-picture.png', /could not be read: [^\n]+\n$/],
])('%s %s %s', async (model, option, value, words) => {
  const { code, errors } = await outpost(
    'infer',
    model,
    option,
    option === '--image' ? inFolder(value) : value,
  )
  expect(code).toBe(1)
  expect(errors).toMatch(/^INPUT_INVALID: /)
  expect(errors).toMatch(words)
})

test('the example that is shown is one that the model takes', async () => {
  const { errors } = await outpost('infer', 'acme.breast-cancer', '--text', 'hello')
  const example = /--input '(.+)'$/m.exec(errors)?.[1] ?? ''
  expect(await outpost('infer', 'acme.breast-cancer', '--input', example)).toMatchObject({ code: 0 })
})

test('doctor tells where the node listens, and of no port that it does not have', async () => {
  const { out } = await outpost('doctor')
  expect(out).toContain(`The node listens on ${node.url}.`)
  expect(out).not.toMatch(/port \d+ +(Free|Taken)/)
  expect(out).not.toContain('libraries:')
})

test('pack names the version as import and deploy do', async () => {
  const packed = await outpost('pack', inFolder('debian-sections'), '-o', inFolder('again.outpost'))
  expect(packed.out).toContain('acme.debian-sections@1.0.0+debian.12.15')
  const document = await outpost('pack', inFolder('debian-sections'), '-o', inFolder('b.outpost'), '--json')
  expect(JSON.parse(document.out)).toMatchObject({ version: '1.0.0+debian.12.15', suiteCases: 0 })
})
