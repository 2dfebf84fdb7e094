/**
 * Whether the library that decodes pictures (sharp, libvips) loads on this machine. It is loaded by the call, because
 * a command that needs no picture must not fail on it.
 */
export async function probePictures(): Promise<{ works: boolean; message: string }> {
  try {
    const { default: sharp } = await import('sharp')
    const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    await sharp(await pixel.png().toBuffer())
      .raw()
      .toBuffer()
    return { works: true, message: `libvips ${sharp.versions.vips} decodes a picture.` }
  } catch (error) {
    return { works: false, message: `Pictures cannot be decoded: ${(error as Error).message}` }
  }
}
