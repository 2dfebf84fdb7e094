/** From pictures to tensors, as a package declares, and what is refused as none. */
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { prepareInputs } from '../../../src-main/processing/prepare-inputs.ts'
import { dataOf, plan, shapesOf, spec } from '../../support/processing-plan.ts'

const png = async (width: number, height: number, background: string) =>
  (
    await sharp({ create: { width, height, channels: 4, background } })
      .png()
      .toBuffer()
  ).toString('base64')
const image = (more: object, shape = [-1, 3, 2, 2]) =>
  plan(
    [spec('x', shape)],
    [{ kind: 'image', tensor: 'x', width: 2, height: 2, channels: 'RGB', layout: 'CHW', ...more }],
  )

test('channels, layout, scale, mean and std, as declared', async () => {
  const base64 = await png(8, 8, '#ff8000')
  const planes = (r: number, g: number, b: number) => [
    [...Array(4).fill(r), ...Array(4).fill(g), ...Array(4).fill(b)],
  ]
  expect(await dataOf(image({}), { base64 })).toEqual([planes(255, 128, 0)])
  expect(await dataOf(image({ channels: 'BGR' }), base64)).toEqual([planes(0, 128, 255)])
  expect(await dataOf(image({ invert: true }), `data:image/png;base64,${base64}`)).toEqual([
    planes(0, 127, 255),
  ])
  expect(await dataOf(image({ mean: [255, 128, 0], std: [1, 1, 2] }), { base64 })).toEqual([planes(0, 0, 0)])
  expect(await dataOf(image({ layout: 'HWC' }, [-1, 2, 2, 3]), { base64 })).toEqual([
    [Array(4).fill([255, 128, 0]).flat()],
  ])
  expect(await shapesOf(image({ channels: 'L', layout: 'flat' }, [-1, 4]), [base64, base64])).toMatchObject({
    runs: [{ shape: [[2, 4]] }],
  })
})

test('what is transparent is paper; contain leaves bars, cover fills', async () => {
  expect(await dataOf(image({ channels: 'L' }, [-1, 1, 2, 2]), await png(4, 4, '#00000000'))).toEqual([
    [[255, 255, 255, 255]],
  ])
  const wide = await png(8, 4, '#ffffff')
  const contained = await dataOf(
    image({ channels: 'L', width: 2, height: 2, resize: 'contain' }, [-1, 1, 2, 2]),
    wide,
  )
  expect(contained[0]?.[0]).toContain(0)
  expect(await dataOf(image({ channels: 'L', resize: 'cover' }, [-1, 1, 2, 2]), wide)).toEqual([
    [[255, 255, 255, 255]],
  ])
})

test('bombs, other formats, half files and files of the machine are refused', async () => {
  const bomb = (
    await sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
  ).toString('base64')
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>').toString('base64')
  const half = Buffer.from(await png(200, 200, '#123456'), 'base64')
    .subarray(0, 120)
    .toString('base64')
  for (const value of [
    { base64: bomb },
    { base64: svg },
    { base64: half },
    { base64: '' },
    { base64: '§' },
    { file: '/etc/passwd' },
    7,
  ]) {
    await expect(prepareInputs(image({}), value)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('"x"'),
    })
  }
})

test.each([
  ['white space', ' '.repeat(5_000_000)],
  ['letters', 'A'.repeat(15_000_000)],
  ['signs of equality', '='.repeat(5_000_000)],
])('a picture of nothing but %s is refused at once', async (_name, text) => {
  const picture = { kind: 'image', tensor: 'x', width: 2, height: 2, channels: 'L', layout: 'flat' }
  await expect(prepareInputs(plan([spec('x', [-1, 4])], [picture]), `${text}!`)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: 'Input "x": the picture is not valid base64.',
  })
})
