/** The last look: what will be in the package, under which name, and whose key signs it. */
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../client.ts'
import { FileList } from '../../components/file-list.tsx'
import { formatBytes } from '../../components/format.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { changeWords } from '../../components/model-words.ts'
import { Banner, Card, Columns, Facts } from '../../components/page.tsx'
import { Loaded } from '../../components/states.tsx'
import { targetWords } from '../../components/targets.ts'
import { Digest, None } from '../../components/values.tsx'
import css from './package.module.css'
import type { StepProps } from './step-props.ts'

export function ReviewStep({ draft, fields }: StepProps) {
  const own = useQuery(orpc.publishers.own.queryOptions())
  const errors = draft.problemList.filter(({ level }) => level === 'error').length
  const texts = [
    draft.texts.card.trim() !== '' && 'card',
    draft.texts.license.trim() !== '' && 'license text',
    draft.texts.migrationGuide.trim() !== '' && 'migration guide',
    draft.texts.labels.trim() !== '' && 'labels',
  ].filter((one) => one !== false)
  const bytes = draft.files.reduce((sum, file) => sum + file.bytes, 0)
  return (
    <>
      {errors > 0 && (
        <Banner tone="bad" title={errors === 1 ? 'One error is left.' : `${errors} errors are left.`}>
          The package cannot be built like this. The list at the right leads to where it is mended.
        </Banner>
      )}
      {errors === 0 && draft.report === null && (
        <Banner tone="warn" title="Not tested as it stands.">
          The build runs the checks too, and stops where one fails.
        </Banner>
      )}
      <Columns>
        <Card title="Version">
          <Facts
            items={[
              ['Model', fields.id || <None key="id">not named</None>],
              ['Title', fields.title || <None key="title">not named</None>],
              [
                'Version',
                fields.dataVersion === '' ? fields.version : `${fields.version}+${fields.dataVersion}`,
              ],
              [
                'Change',
                draft.predecessor
                  ? `${changeWords[fields.change.type][1]} after ${draft.predecessor.version}`
                  : changeWords.first[1],
              ],
              ['License', fields.license.spdx || <None key="spdx">not stated</None>],
              ['Training data', fields.training.dataSource || <None key="data">not stated</None>],
              ['Hyperparameters', Object.keys(fields.training.hyperparameters).length],
              ['Libraries', Object.keys(fields.libraries).length],
              [
                'Own metrics',
                Object.keys(fields.evaluation.overall.custom ?? {}).join(', ') || <None key="metrics" />,
              ],
              [
                'Targets',
                Object.entries(targetWords)
                  .filter(([target]) => fields.deploymentTargets.includes(target))
                  .map(([, words]) => words)
                  .join(', ') || <None key="targets">not stated</None>,
              ],
              ['Texts', texts.join(', ') || <None key="texts" />],
            ]}
          />
        </Card>
        <Card
          title="Signed by"
          actions={
            <LinkButton to="/settings/$section" params={{ section: 'publisher' }} size="xs">
              Own publisher
            </LinkButton>
          }
        >
          <Loaded query={own} what="the signing key" lines={2}>
            {(publisher) => (
              <Facts
                items={[
                  ['Publisher', publisher.name],
                  [
                    'Key fingerprint',
                    <Digest key="fingerprint" value={publisher.fingerprint} what="fingerprint" whole />,
                  ],
                ]}
              />
            )}
          </Loaded>
          <p className={css.muted}>
            The signature covers every file by its digest. Whoever installs it checks them again.
          </p>
        </Card>
      </Columns>
      <Card title="Files" note={`${formatBytes(bytes)} and the texts above`}>
        <FileList files={draft.files.toSorted((a, b) => a.path.localeCompare(b.path))} />
      </Card>
    </>
  )
}
