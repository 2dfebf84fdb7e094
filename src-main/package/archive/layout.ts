/**
 * The order of a package's tar entries: first everything that tells what it is (layout, index, signature, manifest,
 * configuration), so that a reader refuses it early, then each layer once, small kinds before the weights.
 */
import { sha256 } from '../../base/digest.ts'
import { indexOf } from './build-manifest.ts'
import { padded, tarHeader } from './tar.ts'

export const layoutName = 'oci-layout'
export const indexName = 'index.json'
/** Beside the index, because an index of two manifests is one that other tools refuse to copy without being told which. */
export const signatureName = 'signature.dsse.json'
export const blobFolder = 'blobs/sha256/'

const layoutText = '{"imageLayoutVersion":"1.0.0"}'

export const blobName = (digest: string): string => `${blobFolder}${digest.slice('sha256:'.length)}`

export interface HeadParts {
  manifest: Uint8Array
  config: Uint8Array
  version: string
  signature: Uint8Array | null
}

/** The bytes of all entries before the first layer. Their length follows from the lengths of the parts alone. */
export function packageHead({ manifest, config, version, signature }: HeadParts): Buffer {
  return Buffer.concat([
    ...entry(layoutName, Buffer.from(layoutText)),
    ...entry(indexName, indexOf(manifest, version)),
    ...(signature ? entry(signatureName, signature) : []),
    ...entry(blobName(sha256(manifest)), manifest),
    ...entry(blobName(sha256(config)), config),
  ])
}

function entry(name: string, bytes: Uint8Array): Uint8Array[] {
  return [tarHeader(name, bytes.byteLength), bytes, Buffer.alloc(padded(bytes.byteLength) - bytes.byteLength)]
}

/** Layers in the order of their tar entries: weights, which come first in the manifest, come last here. */
export function inTarOrder<Layer>(layers: readonly Layer[], isWeight: (layer: Layer) => boolean): Layer[] {
  return [...layers.filter((layer) => !isWeight(layer)), ...layers.filter(isWeight)]
}
