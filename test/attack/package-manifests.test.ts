/** Case 62: manifests and descriptions that are too large, too deep, twice there, or of other files than these. */
import { expect, test } from 'vitest'
import { attackedNode, filePath, layersOf, signer } from '../support/attacked-node.ts'
import { redescribed, resigned } from '../support/hostile-import.ts'
import { blob, type Entry, parsed } from '../support/tar-surgery.ts'

const attacked = attackedNode()

test('62: a manifest that is too large, too deep, twice there or not of these files is refused', async () => {
  const { entries, withEntries } = attacked
  const index = parsed(entries, 'index.json')
  const [listed] = index.manifests as { digest: string; size: number }[]
  const manifestName = `blobs/sha256/${listed?.digest.slice(7)}`
  const replaced = (name: string, content: Buffer) =>
    entries.map((entry) => (entry.header.name === name ? { ...entry, content } : entry))
  const described = (change: (text: string) => string | Buffer) => redescribed(entries, signer, change)
  const deep = (depth: number) => `{"formatVersion":1,"training":${'['.repeat(depth)}${']'.repeat(depth)}}`
  const nameOf = (digest: string) => `blobs/sha256/${digest.slice(7)}`
  const card = layersOf(parsed(entries, manifestName)).find(
    ({ annotations }) => annotations[filePath] === 'CARD.md',
  )

  const cases: Record<string, [Entry[], string]> = {
    'an index of 5 MB': [replaced('index.json', Buffer.alloc(5 << 20, ' ')), 'PACKAGE_LIMIT'],
    'a manifest of 5 MB': [
      resigned(entries, signer, (manifest) => {
        manifest.annotations = { ...(manifest.annotations as object), x: 'x'.repeat(5 << 20) }
      }),
      'PACKAGE_LIMIT',
    ],
    'a description of 2 MB': [described((text) => `${text}${' '.repeat(2 << 20)}`), 'PACKAGE_LIMIT'],
    'a signature of 1 MB': [replaced('signature.dsse.json', Buffer.alloc(1 << 20, ' ')), 'PACKAGE_LIMIT'],
    'an index 100 000 deep': [replaced('index.json', Buffer.from('['.repeat(100_000))), 'PACKAGE_INVALID'],
    'a description 100 deep': [described(() => deep(100)), 'DESCRIPTOR_INVALID'],
    'a description 100 000 deep': [described(() => deep(100_000)), 'DESCRIPTOR_INVALID'],
    'a member twice in the description': [
      described((text) => text.replace('{', '{"id":"acme.other",')),
      'DESCRIPTOR_INVALID',
    ],
    '__proto__ in the description': [
      described((text) => text.replace('{', '{"__proto__":{"polluted":true},')),
      'DESCRIPTOR_INVALID',
    ],
    'a member that nobody knows in the description': [
      described((text) => text.replace('{', '{"preload":"hook.so",')),
      'DESCRIPTOR_INVALID',
    ],
    'bytes that are no UTF-8 in a name of the description': [
      described((text) => Buffer.from(text.replace('"CARD.md"', '"\u00ff\u00fe"'), 'latin1')),
      'DESCRIPTOR_INVALID',
    ],
    'a second index': [
      [...entries, ...entries.filter(({ header }) => header.name === 'index.json')],
      'PACKAGE_PATH',
    ],
    'a blob twice': [
      [...entries, ...entries.filter(({ header }) => header.name === manifestName)],
      'PACKAGE_PATH',
    ],
    'a layer twice': [
      resigned(entries, signer, (manifest) => {
        manifest.layers = layersOf(manifest).flatMap((layer) => [layer, layer])
      }),
      'PACKAGE_INVALID',
    ],
    'one path for two layers': [
      resigned(entries, signer, (manifest) => {
        for (const { annotations } of layersOf(manifest)) annotations[filePath] = 'model.onnx'
      }),
      'PACKAGE_PATH',
    ],
    'two paths that differ in case alone': [
      resigned(entries, signer, (manifest) => {
        for (const { annotations } of layersOf(manifest))
          if (annotations[filePath] === 'CARD.md') annotations[filePath] = 'MODEL.ONNX'
      }),
      'PACKAGE_PATH',
    ],
    'no digest of a layer': [
      resigned(entries, signer, (manifest) => {
        for (const layer of layersOf(manifest)) Reflect.deleteProperty(layer, 'digest')
      }),
      'PACKAGE_INVALID',
    ],
    'a digest that is none': [
      resigned(entries, signer, (manifest) => {
        for (const layer of layersOf(manifest)) layer.digest = 'md5:d41d8cd98f00b204e9800998ecf8427e'
      }),
      'PACKAGE_INVALID',
    ],
    'a digest of something that is not there': [
      resigned(entries, signer, (manifest) => {
        for (const layer of layersOf(manifest))
          if (layer.digest === card?.digest) layer.digest = `sha256:${'0'.repeat(64)}`
      }),
      'PACKAGE_INVALID',
    ],
    'other bytes than the digest says': [
      replaced(nameOf(card?.digest ?? ''), Buffer.alloc(card?.size ?? 0, 'x')),
      'PACKAGE_DIGEST',
    ],
    'an extra file in the tar': [[...entries, blob(Buffer.from('smuggled'))], 'PACKAGE_INVALID'],
    'an extra file at the top': [
      [...entries, { header: { name: 'install.sh' }, content: Buffer.from('rm -rf /') }],
      'PACKAGE_INVALID',
    ],
    'an extra file in tar and manifest that the description does not name': [
      [
        ...resigned(entries, signer, (manifest) => {
          const extra = blob(Buffer.from('smuggled'))
          const [layer] = layersOf(manifest)
          if (layer)
            layersOf(manifest).push({
              ...layer,
              digest: `sha256:${extra.header.name.slice(13)}`,
              size: extra.content.length,
              annotations: { [filePath]: 'smuggled.bin' },
            })
        }),
        blob(Buffer.from('smuggled')),
      ],
      'PACKAGE_INVALID',
    ],
    'a file missing that the description names': [
      entries.filter(({ header }) => header.name !== nameOf(card?.digest ?? '')),
      'PACKAGE_INVALID',
    ],
    'the signature of the former manifest': [
      [
        ...resigned(entries, signer, (manifest) => {
          manifest.annotations = {
            ...(manifest.annotations as object),
            'org.opencontainers.image.title': 'x',
          }
        }).filter(({ header }) => header.name !== 'signature.dsse.json'),
        ...entries.filter(({ header }) => header.name === 'signature.dsse.json'),
      ],
      'SIGNATURE_INVALID',
    ],
    'no signature': [
      entries.filter(({ header }) => header.name !== 'signature.dsse.json'),
      'PACKAGE_UNSIGNED',
    ],
    'a signature of somebody else under the name': [
      resigned(entries, { publisher: 'other', privateKey: signer.privateKey }, () => undefined),
      'SIGNATURE_INVALID',
    ],
  }
  const found: Record<string, string> = {}
  for (const [what, [changed]] of Object.entries(cases)) found[what] = await withEntries(changed)
  expect(found).toEqual(Object.fromEntries(Object.entries(cases).map(([what, [, code]]) => [what, code])))
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})
