/** Opens what is to be validated, a package or a source folder, and says which rung stands for what went wrong. */
import { join } from 'node:path'
import { OutpostError } from '../../base/errors.ts'
import { bytesText, grouped } from '../../base/quantities.ts'
import type { ErrorCode } from '../../contract/errors.ts'
import type { PackageSource, SealedFiles } from '../archive/package-source.ts'
import { readSource } from '../archive/read-source.ts'
import { unpack } from '../archive/unpack.ts'
import type { VerifiedSignature } from '../signing/verify-signature.ts'
import { type Finding, failed, type Ladder, passed, type RungName, skipped, warned } from './ladder.ts'

export type ValidationInput =
  /** A package file; `scratch` is an existing folder of the caller's, removed by the caller. */
  | { kind: 'package'; path: string; scratch: string }
  /** A source folder; or one of links to files that were verified while their package was read, and what was found. */
  | { kind: 'folder'; path: string; package?: PackageFacts | undefined }

/** What reading a package to its end has shown. */
interface PackageFacts {
  digest: string
  bytes: number
  files: number
  signature: Pick<VerifiedSignature, 'publisher' | 'fingerprint'> | null
}

export interface Subject {
  source: PackageSource
  folder: string
}

const rungOf: Partial<Record<ErrorCode, RungName>> = {
  PACKAGE_INVALID: 'structure',
  PACKAGE_LIMIT: 'structure',
  PACKAGE_PATH: 'paths',
  PACKAGE_DIGEST: 'digests',
  SIGNATURE_INVALID: 'signature',
  DESCRIPTOR_INVALID: 'descriptor',
  ONNX_INVALID: 'graph',
  ONNX_EXTERNAL_DATA: 'external-data',
  SEALED_INVALID: 'graph',
  LIC_NONE: 'graph',
}

/** The sealed weights of a folder; handed in where their content key is at hand. */
export type OpenSealedFiles = (folder: string) => SealedFiles

/** Null where a rung failed; it is recorded then. */
export async function openSubject(
  input: ValidationInput,
  ladder: Ladder,
  openSealed?: OpenSealedFiles,
): Promise<Subject | null> {
  try {
    return input.kind === 'package'
      ? await openFile(input.path, input.scratch, ladder, openSealed)
      : await openFolder(input.path, input.package, ladder, openSealed)
  } catch (error) {
    const rung = error instanceof OutpostError ? rungOf[error.code] : undefined
    if (!(error instanceof OutpostError) || !rung) throw error
    await ladder.climb(rung, () => failed(error.message, error.hint, { code: error.code, ...error.details }))
    return null
  }
}

async function openFile(
  path: string,
  scratch: string,
  ladder: Ladder,
  openSealed: OpenSealedFiles | undefined,
): Promise<Subject> {
  const folder = join(scratch, 'contents')
  const opened = await unpack(path, folder)
  await climbPackage({ ...opened, files: opened.files.length }, ladder)
  return { source: await readSource(folder, { isPacked: true, sealed: openSealed?.(folder) }), folder }
}

async function climbPackage(facts: PackageFacts, ladder: Ladder): Promise<void> {
  await ladder.climb('structure', () =>
    passed(`${grouped(facts.files)} files, ${bytesText(facts.bytes)}.`, { digest: facts.digest }),
  )
  await ladder.climb('paths', () => passed('All names stay inside the package, on every platform.'))
  await ladder.climb('digests', () => passed('Every file has the digest that the manifest gives it.'))
  await ladder.climb('signature', () => signatureFinding(facts.signature))
}

async function openFolder(
  folder: string,
  facts: PackageFacts | undefined,
  ladder: Ladder,
  openSealed: OpenSealedFiles | undefined,
): Promise<Subject> {
  const source = await readSource(folder, { isPacked: facts !== undefined, sealed: openSealed?.(folder) })
  if (facts) {
    await climbPackage(facts, ladder)
    return { source, folder }
  }
  await ladder.climb('structure', () => passed(`${source.files.length} files.`))
  await ladder.climb('paths', () => passed('All names stay inside the folder, on every platform.'))
  await ladder.climb('digests', () => skipped('A folder carries no digests; a package does.'))
  await ladder.climb('signature', () => skipped('A folder is not signed; a package is.'))
  return { source, folder }
}

/** Whether the publisher is trusted is the node's decision, not the package's property. */
function signatureFinding(signature: PackageFacts['signature']): Finding {
  if (!signature) return warned('The package is not signed.')
  const { publisher, fingerprint } = signature
  return passed(`Signed by "${publisher}" with the key ${fingerprint}.`, { publisher, fingerprint })
}
