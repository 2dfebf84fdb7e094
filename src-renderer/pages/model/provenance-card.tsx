/** Where a version comes from and where it is meant to run, as its provider states it. */
import { Link } from '@tanstack/react-router'
import type { PackageDescriptor } from '../../../src-main/contract/package.ts'
import { Card, Facts } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { targetWords } from '../../components/targets.ts'
import { Digest, None, Time } from '../../components/values.tsx'

export function ProvenanceCard({ descriptor }: { descriptor: PackageDescriptor }) {
  const { training, libraries, deploymentTargets, lineage = [] } = descriptor
  const hyperparameters = Object.entries(training.hyperparameters)
  const used = Object.entries(libraries)
  const stated = (text: string | undefined) => text || <None>not stated</None>
  return (
    <Card title="Provenance">
      <Facts
        items={[
          ['Training data', stated(training.dataSource)],
          ['Size', stated(training.dataSize)],
          ['Covers', stated(training.dataRange)],
          ['Digest', training.dataHash ? <Digest key="hash" value={training.dataHash} /> : stated('')],
          ['Trained', training.trainedAt ? <Time key="at" at={training.trainedAt} as="date" /> : stated('')],
          ['Targets', deploymentTargets.map((target) => targetWords[target]).join(', ') || stated('')],
        ]}
      />
      {lineage.length > 0 && (
        <PlainTable
          label="Made of"
          columns={[{ title: 'Made of' }, { title: 'How', align: 'end' }]}
          rows={lineage.map(({ model, version, relation }) => ({
            key: `${model}@${version} ${relation}`,
            cells: [
              <Link key="to" to="/models/$model" params={{ model }} search={{ version }}>
                {model}@{version}
              </Link>,
              relation,
            ],
          }))}
        />
      )}
      {hyperparameters.length > 0 && (
        <PlainTable
          label="Hyperparameters"
          columns={[{ title: 'Hyperparameter' }, { title: 'Value', align: 'end' }]}
          rows={hyperparameters.map(([name, value]) => ({ key: name, cells: [name, String(value)] }))}
        />
      )}
      {used.length > 0 && (
        <PlainTable
          label="Libraries"
          columns={[{ title: 'Library' }, { title: 'Version', align: 'end' }]}
          rows={used.map(([name, version]) => ({ key: name, cells: [name, version] }))}
        />
      )}
    </Card>
  )
}
