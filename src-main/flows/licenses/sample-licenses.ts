/**
 * Licenses of the sample models, one of each type, signed by the sample publisher that this node made for itself: so
 * that a newcomer sees what a license allows, and what the COMMUNITY one refuses.
 */
import type { KeyObject } from 'node:crypto'
import { newId } from '../../base/ids.ts'
import { filledAttribution } from '../../contract/license/attribution.ts'
import { sampleAccount } from '../../contract/license/audience.ts'
import { type LicenseTerms, type LicenseType, licensePresets } from '../../contract/license/terms.ts'
import { signDocument } from '../../license/envelope/sign-document.ts'
import { licensesOfModel } from '../../store/tables/licenses.ts'
import type { Actor } from '../actor.ts'
import type { NodeContext } from '../node-context.ts'
import { installDocument } from './documents.ts'

/** The samples may be handed on, which no preset allows; what is for COMMUNITY and DEVELOPER stays as the preset says. */
const custom: Partial<LicenseTerms> = {
  price: { kind: 'free' },
  custom: 'A sample, made and licensed on this node.',
}
const open = (terms: LicenseTerms): LicenseTerms => ({
  ...terms,
  ...custom,
  custom: `${custom.custom} Beyond its type it may be handed on, and it has no end.`,
  rights: { ...terms.rights, redistribution: true },
})

interface SampleLicense {
  type: LicenseType
  terms: LicenseTerms
  days: number | null
}

const ofModel: Readonly<Record<string, SampleLicense>> = {
  'samples.digits': { type: 'PROFESSIONAL', terms: open(licensePresets.PROFESSIONAL), days: null },
  'samples.debian-sections': { type: 'ENTERPRISE', terms: open(licensePresets.ENTERPRISE), days: null },
  'samples.breast-cancer': {
    type: 'DEVELOPER',
    terms: { ...licensePresets.DEVELOPER, ...custom },
    days: 365,
  },
  'samples.wine': { type: 'COMMUNITY', terms: { ...licensePresets.COMMUNITY, ...custom }, days: null },
}

/** Nothing where the model has a license already. */
export async function licenseSample(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  { publisher, privateKey }: { publisher: string; privateKey: KeyObject },
  { id: model, title }: { id: string; title: string },
): Promise<void> {
  const sample = ofModel[model]
  if (!sample || licensesOfModel(node.db, model).length > 0) return
  const now = node.licensing.now()
  const document = signDocument(
    'license',
    {
      ver: 1,
      crit: [],
      iss: publisher,
      iat: now,
      lid: newId(),
      seq: 1,
      supersedes: [],
      sub: sampleAccount,
      aud: null,
      nbf: now,
      exp: sample.days === null ? null : now + sample.days * 86_400,
      trial: false,
      model: { id: model, range: '*' },
      artifacts: [],
      terms: {
        ...sample.terms,
        attribution: filledAttribution(sample.terms.attribution, { publisher, title }),
      },
      nodes: null,
      offlineSecondsMax: null,
      revocationsAgeSecondsMax: null,
      emergency: [],
      enc: null,
      contact: '',
    },
    privateKey,
  )
  await installDocument(node, actor, { document, acceptConflict: false })
}
