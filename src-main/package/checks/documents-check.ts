/** The rung that looks at what people read: the card with its sections, the license, the migration guide. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cardLacks } from '../../contract/card.ts'
import type { PackageDescriptor } from '../../contract/package.ts'
import { type Finding, failed, passed, warned } from './ladder.ts'
import { isLicenseExpression, unlistedLicenses } from './license-expression.ts'
import type { Subject } from './open-subject.ts'

export async function checkDocuments({ source, folder }: Subject): Promise<Finding> {
  const { descriptor } = source
  if (needsGuide(descriptor) && descriptor.change.migrationGuide === undefined) {
    return failed(
      `Version ${descriptor.version} is a major change and has no migration guide.`,
      'Write one and name it in change.migrationGuide; for a bare .onnx file: outpost pack --migration-guide FILE.',
      { code: 'MIGRATION_GUIDE_MISSING' },
    )
  }
  if (!isLicenseExpression(descriptor.license.spdx)) {
    return failed(
      `"${descriptor.license.spdx}" is no SPDX license expression.`,
      'Write for example Apache-2.0, or LicenseRef-Proprietary with the text in license.file.',
    )
  }
  const card = await textOf(source, folder, descriptor.card)
  if (card.trim() === '') return failed(`The card ${descriptor.card} is empty.`)
  const lacking = cardLacks(card)
  const titles = (headed: boolean): string[] =>
    lacking.filter((lack) => lack.headed === headed).map(({ section }) => section.title)
  const [missing, unstated] = [titles(false), titles(true)]
  const { license } = descriptor
  const lacks = [
    ...(missing.length > 0 ? [`The card has no section on ${missing.join(', ')}.`] : []),
    ...(unstated.length > 0 ? [`The card does not state ${unstated.join(', ')}.`] : []),
    ...unlistedLicenses(license.spdx),
    ...(license.file === undefined ? licenseLacks(license.spdx) : []),
  ]
  if (lacks.length > 0) return warned(lacks.join(' '), { missing, unstated })
  const text = license.file === undefined ? 'without its text' : `with its text in ${license.file}`
  return passed(`The card has all its sections. The license is ${license.spdx}, ${text}.`)
}

/** An identifier of SPDX's list names its text; what is no identifier of it needs one. */
function licenseLacks(spdx: string): string[] {
  if (/\b(NOASSERTION|NONE)\b/.test(spdx)) return ['No license is stated.']
  return /LicenseRef-/.test(spdx) ? [`The text of the license ${spdx} is not in the package.`] : []
}

/** The first version may call itself major: there is nothing to migrate from. */
export function needsGuide({ version, change }: Pick<PackageDescriptor, 'version' | 'change'>): boolean {
  return change.breakingChanges.length > 0 || (change.type === 'major' && Number.parseInt(version, 10) > 1)
}

async function textOf(source: Subject['source'], folder: string, path: string): Promise<string> {
  const content = source.files.find((file) => file.path === path)?.content
  if (content && 'buffer' in content) return Buffer.from(content.buffer).toString('utf8')
  return await readFile(join(folder, path), 'utf8')
}
