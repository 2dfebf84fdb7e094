/**
 * Which model and which version of it answer: pickers that write the address, so that a playground can be shared.
 * A version is named exactly, by alias, or left to the endpoint.
 */
import { Select } from '@mantine/core'
import type { VersionRow } from '../../../src-main/contract/views.ts'
import { versionCore } from '../../components/format.ts'
import { ModelSelect } from '../../components/model-select.tsx'
import css from './playground.module.css'

type Props = {
  model: string
  version: string | null
  versions: VersionRow[]
  onModel: (model: string) => void
  onVersion: (version: string) => void
}
/** The value of "as the endpoint decides": no version is sent. */
export const byEndpoint = 'endpoint'

export function Target({ model, version, versions, onModel, onVersion }: Props) {
  return (
    <div className={css.target}>
      <ModelSelect value={model} onChange={onModel} />
      <Select
        label="Version"
        data={choices(model, versions)}
        value={version}
        disabled={versions.length === 0}
        allowDeselect={false}
        onChange={(value) => value !== null && onVersion(value)}
      />
    </div>
  )
}

const servesAs = (model: string) => (row: VersionRow) => row.endpoints.some(({ name }) => name === model)

function choices(model: string, versions: VersionRow[]) {
  const aliases = versions.flatMap((row) =>
    row.aliases.map((alias) => ({ value: alias, label: `${alias} (${versionCore(row.version)})` })),
  )
  const served = versions.find(servesAs(model))
  return [
    ...(served
      ? [{ value: byEndpoint, label: `As the endpoint decides (${versionCore(served.version)})` }]
      : []),
    ...(aliases.length > 0 ? [{ group: 'Aliases', items: aliases }] : []),
    {
      group: 'Versions',
      items: versions.map(({ version, deprecatedAt }) => ({
        value: version,
        label: deprecatedAt === null ? version : `${version} (deprecated)`,
      })),
    },
  ]
}

/** What is asked when the address names no version: what the endpoint serves, else stable, else the newest. */
export function usualVersion(model: string, versions: VersionRow[]): string | null {
  if (versions.some(servesAs(model))) return byEndpoint
  if (versions.some(({ aliases }) => aliases.includes('stable'))) return 'stable'
  return versions[0]?.version ?? null
}

/** The exact version behind a choice, to read its schema. */
export function exactVersion(model: string, choice: string, versions: VersionRow[]): string | null {
  const row =
    choice === byEndpoint
      ? versions.find(servesAs(model))
      : versions.find(({ version, aliases }) => version === choice || aliases.includes(choice))
  return row?.version ?? null
}
