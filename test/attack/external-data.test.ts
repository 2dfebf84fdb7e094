/**
 * Case 64: where a model says that its weights lie. Each model comes in a package that is whole and signed, so that
 * nothing but the graph itself is wrong, and is examined by the lab of a whole node.
 */
import { execFileSync } from 'node:child_process'
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '../../src-main/base/signing-key.ts'
import { openPackage } from '../../src-main/package/archive/open-package.ts'
import { pack } from '../../src-main/package/archive/pack.ts'
import { readSource } from '../../src-main/package/archive/read-source.ts'
import { validate } from '../../src-main/package/checks/validate.ts'
import { commandsOn } from '../support/commands-in-process.ts'
import { engineRunner } from '../support/engine-runner.ts'
import { forged, importAttempt, leftBehind } from '../support/hostile-import.ts'
import {
  attribute,
  bytesField,
  elementType,
  floats,
  intField,
  onnxModel,
  tensor,
} from '../support/onnx-writer.ts'
import { writeSource } from '../support/package-folder.ts'
import { externalModel } from '../support/served-models.ts'
import { type Entry, entriesOf, writeEntries } from '../support/tar-surgery.ts'
import { sharedFolder } from '../support/temporary-folder.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

const signer = { publisher: 'acme', privateKey: generateSigningKey() }
const { model: right, weights } = externalModel()
const described = { model: { file: 'model.onnx', externalData: ['weights.bin'] } }
let outpost: WholeNode
const folder = sharedFolder()
let entries: Entry[]

beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  const path = join(folder, 'right.outpost')
  const source = await writeSource(join(folder, 'source'), described, {
    'model.onnx': right,
    'weights.bin': weights,
  })
  await pack(await readSource(source), { output: path, signer })
  entries = await entriesOf(path)
})
afterAll(() => outpost[Symbol.asyncDispose]())

const weight = (external: Record<string, string>) => ({ name: 'w', dims: [4, 3], external })
const whole = { location: 'weights.bin', offset: '0', length: '48' }
const elsewhere = { location: '/etc/passwd', offset: '0', length: '48' }
const values = {
  inputs: [{ name: 'x', shape: ['batch', 4] }],
  outputs: [{ name: 'scores', shape: ['batch', 3] }],
}
const product = { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['scores'] }
const placed = (external: Record<string, string>): Buffer =>
  onnxModel({ nodes: [product], initializers: [weight(external)], ...values })
const constant = (...more: Buffer[]) => ({
  operator: 'Constant',
  outputs: ['w'],
  attributes: [{ name: 'value', more: Buffer.concat([...more, intField(20, 4)]) }],
})
/** The entries of external data and nothing else: what a second message of one field adds to the first. */
const added = (external: Record<string, string>): Buffer =>
  Buffer.concat(
    Object.entries(external).map(([key, value]) =>
      bytesField(13, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
    ),
  )
const branch = (external: Record<string, string>) => ({
  nodes: [{ operator: 'Identity', inputs: ['w'], outputs: ['branch'] }],
  initializers: [weight(external)],
  outputs: [{ name: 'branch', shape: [4, 3] }],
})

const locations: Record<string, string> = {
  'a step out': '../weights.bin',
  'a step out inside': 'a/../../weights.bin',
  'many steps out': '../../../../../../etc/passwd',
  'a step in place': './weights.bin',
  'the folder itself': '.',
  'the folder above': '..',
  'an absolute path': '/etc/passwd',
  'a drive': 'C:/weights.bin',
  'a drive letter': 'C:weights.bin',
  'a UNC path': '\\\\server\\share\\weights.bin',
  'a UNC path with slashes': '//server/share/weights.bin',
  'a backslash': '..\\weights.bin',
  'an address': 'file:///etc/passwd',
  'a NUL': 'weights.bin\0.txt',
  'a step out in percent signs': '%2e%2e/weights.bin',
  'another case': 'WEIGHTS.BIN',
  'a trailing slash': 'weights.bin/',
  'a trailing dot': 'weights.bin.',
  'a file that is not there': 'other.bin',
  'the model itself': 'model.onnx',
  'a file of the package that is no weight': 'CARD.md',
  // How ONNX Runtime marks weights in its own memory: the offset is an address then.
  'an address in memory': '*/_ORT_MEM_ADDR_/*',
}
const ranges: Record<string, Record<string, string>> = {
  'an offset before the file': { offset: '-8' },
  'an offset beyond the file': { offset: '48' },
  'an offset that leaves too little': { offset: '4' },
  'an offset beyond every file': { offset: '9007199254740993' },
  'an offset that wraps around 64 bits': { offset: '18446744073709551608' },
  'an offset in hexadecimal': { offset: '0x10' },
  'an offset with a sign': { offset: '+0' },
  'an offset with an exponent': { offset: '0e9' },
  'an offset with a space': { offset: ' 0' },
  'a length that is less': { length: '44' },
  'a length that is more': { length: '52' },
  'a length before nothing': { length: '-48' },
}
const places: Record<string, Buffer> = {
  'no location': placed({ offset: '0', length: '48' }),
  'an empty location': placed({ ...whole, location: '' }),
  'a location twice, the first one good': onnxModel({
    nodes: [product],
    initializers: [],
    ...values,
    more: bytesField(5, Buffer.concat([tensor(weight(whole)), added(elsewhere)])),
  }),
  'a location twice, the last one good': onnxModel({
    nodes: [product],
    initializers: [],
    ...values,
    more: bytesField(5, Buffer.concat([added(elsewhere), tensor(weight(whole))])),
  }),
  'a constant': onnxModel({
    nodes: [constant(bytesField(5, tensor(weight(elsewhere)))), product],
    ...values,
  }),
  'a constant whose message comes in two parts': onnxModel({
    nodes: [
      constant(
        bytesField(5, tensor(weight(whole))),
        bytesField(5, Buffer.concat([intField(2, 1), added(elsewhere)])),
      ),
      product,
    ],
    ...values,
  }),
  'a graph inside a node': onnxModel({
    nodes: [
      { operator: 'Constant', outputs: ['yes'], attributes: [{ name: 'value', tensor: yes() }] },
      {
        operator: 'If',
        inputs: ['yes'],
        outputs: ['w'],
        attributes: [
          { name: 'then_branch', graph: branch(elsewhere) },
          { name: 'else_branch', graph: branch(whole) },
        ],
      },
      product,
    ],
    ...values,
  }),
  'a function of its own': onnxModel({
    nodes: [{ operator: 'Weights', domain: 'acme', outputs: ['w'] }, product],
    opsets: { acme: 1 },
    functions: [
      { domain: 'acme', name: 'Weights', nodes: [constant(bytesField(5, tensor(weight(elsewhere))))] },
    ],
    ...values,
  }),
  'the default of an attribute of a function': onnxModel({
    nodes: [{ operator: 'Weights', domain: 'acme', outputs: ['w'] }, product],
    opsets: { acme: 1 },
    functions: [
      {
        domain: 'acme',
        name: 'Weights',
        nodes: [{ operator: 'Constant', outputs: ['w'] }],
        more: bytesField(11, attribute({ name: 'value', tensor: weight(elsewhere) })),
      },
    ],
    ...values,
  }),
  'a sparse tensor': onnxModel({
    nodes: [product],
    ...values,
    more: bytesField(15, bytesField(1, tensor(weight(elsewhere)))),
  }),
}
function yes() {
  return { name: 'yes', dims: [1], type: elementType.bool, raw: Buffer.from([1]) }
}

/** A package with other weights or another model in the place of the right ones. */
const withFiles = (files: Record<string, Uint8Array>): Entry[] =>
  forged(
    entries,
    signer,
    Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, () => bytes])),
  )
const withModel = (model: Buffer): Entry[] => withFiles({ 'model.onnx': model })

const packages: Record<string, Entry[]> = {}
beforeAll(() => {
  for (const [what, location] of Object.entries(locations))
    packages[what] = withModel(placed({ ...whole, location }))
  for (const [what, range] of Object.entries(ranges))
    packages[what] = withModel(placed({ ...whole, ...range }))
  for (const [what, model] of Object.entries(places)) packages[what] = withModel(model)
  packages['a file shorter than declared'] = withFiles({ 'weights.bin': weights.subarray(0, 44) })
  packages['an empty file'] = withFiles({ 'weights.bin': Buffer.alloc(0) })
})

/** What the ladder says that the lab climbs; the run is left out, so that nothing but our own reader refuses. */
async function climbed(changed: Entry[]): Promise<string> {
  const scratch = await mkdtemp(join(folder, 'scratch-'))
  const path = await writeEntries(join(scratch, 'package.outpost'), changed)
  const runner = engineRunner(scratch)
  const { report } = await validate({ kind: 'package', path, scratch }, { runner, skipRun: true })
  await rm(scratch, { recursive: true })
  return report.checks.find(({ outcome }) => outcome === 'failed')?.name ?? report.verdict
}

test('64: weights outside the package, or beside what the model says, are refused by our own reader', async () => {
  const found: Record<string, string> = {}
  for (const [what, changed] of Object.entries(packages)) found[what] = await climbed(changed)
  // On a disk that tells cases apart, another case is another file, and none that is there.
  const refused = ['external-data', 'graph', 'paths']
  expect(Object.entries(found).filter(([, check]) => !refused.includes(check))).toEqual([])
  expect(Object.keys(found).length).toBeGreaterThan(40)
  expect(await climbed(withModel(right))).toBe('passed')
})

test('64: the lab of a node refuses each kind of them, and nothing of it stays', async () => {
  const kinds = [
    'many steps out',
    'an absolute path',
    'a file of the package that is no weight',
    'an address in memory',
    'an offset that wraps around 64 bits',
    'a constant whose message comes in two parts',
    'the default of an attribute of a function',
    'a file shorter than declared',
  ]
  for (const kind of kinds) {
    const path = await writeEntries(join(folder, 'hostile.outpost'), packages[kind] ?? [])
    const { code, check } = await importAttempt(outpost, path)
    expect([kind, code, check]).toEqual([
      kind,
      'VALIDATION_FAILED',
      expect.stringMatching(/^(external-data|graph)$/),
    ])
  }
  expect(await leftBehind(outpost)).toEqual([])
  const path = await writeEntries(join(folder, 'right.outpost'), withModel(right))
  expect(await importAttempt(outpost, path)).toMatchObject({ code: 'imported' })
})

test('64: a folder with links in it is packed by nobody, and what is packed stays what it was', async () => {
  const outpostCommand = commandsOn(join(folder, 'data'))
  expect(await outpostCommand('publisher', 'rename', 'acme')).toMatchObject({ code: 0 })
  const secret = join(folder, 'secret')
  await mkdir(secret, { recursive: true })
  await writeFile(join(secret, 'weights.bin'), floats(...Array.from({ length: 12 }, () => 42)))
  let made = 0
  const packing = async (model: Buffer, prepare: (source: string) => Promise<unknown>): Promise<string> => {
    const source = await writeSource(join(folder, `linked-${made++}`), {}, { 'model.onnx': model })
    await prepare(source)
    const { code, errors } = await outpostCommand('pack', source, '-o', `${source}.outpost`)
    return code === 0 ? 'packed' : (errors.split(':', 1)[0] ?? '')
  }
  const inFolder = placed({ ...whole, location: 'sub/weights.bin' })
  expect({
    'a symbolic link': await packing(right, (source) =>
      symlink(join(secret, 'weights.bin'), join(source, 'weights.bin')),
    ),
    'a symbolic link to a link': await packing(right, async (source) => {
      await symlink(join(secret, 'weights.bin'), join(source, 'first.bin'))
      await symlink('first.bin', join(source, 'weights.bin'))
    }),
    'a folder that is a link': await packing(inFolder, (source) => symlink(secret, join(source, 'sub'))),
    'a pipe': await packing(right, async (source) => execFileSync('mkfifo', [join(source, 'weights.bin')])),
    'a folder': await packing(right, (source) => mkdir(join(source, 'weights.bin'))),
    'a device': await packing(right, (source) => symlink('/dev/zero', join(source, 'weights.bin'))),
    'nothing at all': await packing(right, async () => undefined),
  }).toEqual({
    'a symbolic link': 'PACKAGE_PATH',
    'a symbolic link to a link': 'PACKAGE_PATH',
    'a folder that is a link': 'PACKAGE_PATH',
    'a pipe': 'PACKAGE_PATH',
    'a folder': 'PACKAGE_PATH',
    'a device': 'PACKAGE_PATH',
    'nothing at all': 'ONNX_EXTERNAL_DATA',
  })

  // A hard link cannot be told from the file itself, so its bytes are taken once, and never the link.
  const shared = join(secret, 'shared.bin')
  await writeFile(shared, weights)
  const source = await writeSource(join(folder, 'hard'), described, { 'model.onnx': right })
  await link(shared, join(source, 'weights.bin'))
  expect(await outpostCommand('pack', source, '-o', `${source}.outpost`)).toMatchObject({ code: 0 })
  await writeFile(shared, Buffer.alloc(48))
  const held: Buffer[] = []
  await openPackage(`${source}.outpost`, {
    sink: {
      async write(_digest, _bytes, chunks) {
        for await (const chunk of chunks) held.push(Buffer.from(chunk))
      },
    },
  })
  expect(Buffer.concat(held).includes(weights)).toBe(true)
})
