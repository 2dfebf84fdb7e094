/**
 * A picture to a tensor, as the package declares it: decoded, oriented, flattened on white, turned to the channels,
 * resized, inverted, scaled, normalized and laid out. libvips works on threads of its own.
 */
import sharp from 'sharp'
import { emptyData, type Tensor } from '../base/tensors.ts'
import { limits } from '../contract/limits.ts'
import type { InputSchema } from '../contract/package.ts'
import type { TensorSpec } from '../contract/tensor.ts'
import { invalidInput, isObject, itemShape, type ReadPackageFile } from './plan.ts'

type ImageInput = Extract<InputSchema, { kind: 'image' }>

// Formats that a camera, a browser or a scanner makes; the others (SVG and PDF among them) can refer to other files.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadTiff',
  ],
})
sharp.concurrency(1)

const fit = { stretch: 'fill', contain: 'contain', cover: 'cover' } as const

export async function imageTensor(
  schema: ImageInput,
  spec: TensorSpec,
  value: unknown,
  readFile: ReadPackageFile | undefined,
): Promise<Tensor> {
  const pixels = await decode(schema, await imageBytes(spec.name, value, readFile))
  const channels = schema.channels === 'L' ? 1 : 3
  const { width, height, layout } = schema
  const flat = width * height * channels
  const core = { CHW: [channels, height, width], HWC: [height, width, channels], flat: [flat] }[layout]
  const data = emptyData(spec.datatype, flat)
  if (Array.isArray(data) || data instanceof BigInt64Array || data instanceof BigUint64Array) {
    throw invalidInput(spec.name, `a picture cannot fill a tensor of ${spec.datatype}.`)
  }
  const target = spec.datatype === 'FP16' ? new Float16Array(data.buffer as ArrayBuffer) : data
  normalize(schema, channels, pixels, target)
  return { name: spec.name, datatype: spec.datatype, shape: itemShape(core, spec), data }
}

/** `pixels` are rows of pixels with their channels side by side; sharp gives them in RGB. */
function normalize(
  { scale, mean, std, invert, channels: order, layout }: ImageInput,
  channels: number,
  pixels: Uint8Array,
  target: { [at: number]: number },
): void {
  const plane = pixels.length / channels
  for (let channel = 0; channel < channels; channel++) {
    const from = order === 'BGR' ? channels - 1 - channel : channel
    const shift = mean[mean.length === 1 ? 0 : channel] ?? 0
    const spread = std[std.length === 1 ? 0 : channel] ?? 1
    for (let at = 0; at < plane; at++) {
      const pixel = pixels[at * channels + from] ?? 0
      const position = layout === 'CHW' ? channel * plane + at : at * channels + channel
      target[position] = ((invert ? 255 - pixel : pixel) * scale - shift) / spread
    }
  }
}

async function decode(schema: ImageInput, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    const picture = sharp(bytes, { limitInputPixels: limits.imagePixelsMax, failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace(schema.channels === 'L' ? 'b-w' : 'srgb')
      .resize(schema.width, schema.height, { fit: fit[schema.resize], background: '#000000' })
      .removeAlpha()
    const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    const wanted = schema.channels === 'L' ? 1 : 3
    if (info.channels !== wanted) throw new Error(`it has ${info.channels} channels and not ${wanted}`)
    return data
  } catch (error) {
    const [why = ''] = (error as Error).message.split('\n', 1)
    const isOther = why.includes('unsupported image format')
    throw invalidInput(
      schema.tensor,
      `the picture could not be read: ${isOther ? 'this is no file of a picture' : why}. ` +
        `PNG, JPEG, WebP, GIF and TIFF up to ${limits.imagePixelsMax / 1e6} million pixels are taken.`,
    )
  }
}

/** A data URL, a base64 text, or {"base64": …}; {"file": …} where files of a package can be read. */
async function imageBytes(
  name: string,
  value: unknown,
  readFile: ReadPackageFile | undefined,
): Promise<Uint8Array> {
  if (isObject(value) && typeof value.file === 'string' && readFile) return readFile(value.file)
  const text = isObject(value) ? value.base64 : value
  if (typeof text !== 'string') {
    throw invalidInput(name, 'expected a picture as {"base64": "…"}, a base64 text or a data URL.')
  }
  const base64 = text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text
  if (!isBase64(base64)) throw invalidInput(name, 'the picture is not valid base64.')
  return Buffer.from(base64, 'base64')
}

/** Looks for one wrong character: an expression of the whole text would go back over white space again and again. */
function isBase64(text: string): boolean {
  const written = text.trimEnd()
  const padding = written.endsWith('==') ? 2 : written.endsWith('=') ? 1 : 0
  return !/[^\w+/\-\s]/.test(written.slice(0, written.length - padding))
}
