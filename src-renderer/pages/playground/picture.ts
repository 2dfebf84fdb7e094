/**
 * Pictures in the page: reading a file into base64 and drawing what the model will see. The node does the real
 * preparation with its own resampling, so the preview is near but not equal to it.
 */
import type { z } from 'zod'
import type { imageInput } from '../../../src-main/contract/package.ts'
import type { Picture } from './values.ts'

type ImageInput = z.infer<typeof imageInput>

export const acceptedPictures = 'image/png,image/jpeg,image/webp,image/gif,image/avif,image/tiff'

export async function readPicture(file: File): Promise<Picture> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  return { base64: bytes.toBase64(), mediaType: file.type || 'image/png', name: file.name, origin: 'file' }
}

export const dataUrl = (picture: Picture) => `data:${picture.mediaType};base64,${picture.base64}`

/** Draws the picture at the model's size with its channels and inversion; throws where the browser cannot decode it. */
export async function drawAsSeen(
  canvas: HTMLCanvasElement,
  picture: Picture,
  input: ImageInput,
): Promise<void> {
  const bytes = Uint8Array.fromBase64(picture.base64)
  const bitmap = await createImageBitmap(new Blob([bytes], { type: picture.mediaType }))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) return
  const { width, height } = input
  canvas.width = width
  canvas.height = height
  context.imageSmoothingQuality = 'high'
  context.fillStyle = input.resize === 'contain' ? '#000' : '#fff'
  context.fillRect(0, 0, width, height)
  const [x, y, w, h] = placed(bitmap.width, bitmap.height, width, height, input.resize)
  context.drawImage(bitmap, x, y, w, h)
  bitmap.close()
  const pixels = context.getImageData(0, 0, width, height)
  for (let i = 0; i < pixels.data.length; i += 4) {
    let [r = 0, g = 0, b = 0] = pixels.data.subarray(i, i + 3)
    // ITU-R BT.601 luma, as image libraries turn colour to grey.
    if (input.channels === 'L') r = g = b = 0.299 * r + 0.587 * g + 0.114 * b
    if (input.invert) [r, g, b] = [255 - r, 255 - g, 255 - b]
    pixels.data.set([r, g, b], i)
  }
  context.putImageData(pixels, 0, 0)
}

function placed(w: number, h: number, width: number, height: number, resize: ImageInput['resize']) {
  if (resize === 'stretch') return [0, 0, width, height] as const
  const ratio = resize === 'contain' ? Math.min(width / w, height / h) : Math.max(width / w, height / h)
  return [(width - w * ratio) / 2, (height - h * ratio) / 2, w * ratio, h * ratio] as const
}
