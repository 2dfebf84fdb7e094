/** Stored files that are not what they were: said as the failure that it is, with each file and what can be done. */
import { Button } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import type { DamagedVersion } from '../data/damage.ts'
import { Chip } from './chip.tsx'
import { formatCount, versionCore } from './format.ts'
import { Banner, Stack } from './page.tsx'
import { PlainTable } from './plain-table.tsx'
import { Digest } from './values.tsx'

/** As it goes into a message or a sheet: one file a line, its cells divided by tabs. */
const asLines = (versions: readonly DamagedVersion[]): string =>
  versions
    .flatMap(({ model, version, problems }) =>
      problems.map(({ path, digest, found }) => [`${model}@${version}`, path, found, digest].join('\t')),
    )
    .join('\n')

/** A whole disk may be gone; the page stays light, and the list to copy has them all. */
const shownFiles = 100

interface DamageProps {
  versions: readonly DamagedVersion[]
  /** What is to be done when the right bytes are back. */
  next?: string
}

export function Damage({ versions, next = '' }: DamageProps) {
  const { copy, copied } = useClipboard({ timeout: 1_500 })
  const files = versions.flatMap(({ model, version, problems }) =>
    problems.map((problem) => ({ model, version, ...problem })),
  )
  return (
    <Stack>
      <Banner
        tone="bad"
        title={`${formatCount(versions.length, 'versions')} ${versions.length === 1 ? 'is' : 'are'} damaged.`}
        actions={
          <Button size="xs" onClick={() => copy(asLines(versions))}>
            {copied ? 'Copied' : 'Copy the list'}
          </Button>
        }
      >
        Import {versions.length === 1 ? 'its package' : 'their packages'} again: that puts the right bytes
        back.{next && ` ${next}`}
      </Banner>
      <PlainTable
        label="Damaged files"
        columns={[{ title: 'Version' }, { title: 'File' }, { title: 'Found' }, { title: 'Expected digest' }]}
        rows={files.slice(0, shownFiles).map(({ model, version, path, digest, found }) => ({
          key: `${model} ${version} ${path}`,
          cells: [
            <Link key="version" to="/models/$model" params={{ model }} search={{ version, tab: 'files' }}>
              {model} {versionCore(version)}
            </Link>,
            <code key="path">{path}</code>,
            <Chip key="found" tone="bad">
              {found}
            </Chip>,
            <Digest key="digest" value={digest} />,
          ],
        }))}
      />
      {files.length > shownFiles && (
        <p>and {formatCount(files.length - shownFiles, 'files')} more, all of them in the list to copy</p>
      )}
    </Stack>
  )
}
