/** Which rule allows or denies a version: the decision, license by license, and what ends next. */
import { Drawer, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { licenseOperation } from '../../../src-main/contract/license/decision.ts'
import type { Explanation } from '../../../src-main/contract/license/views.ts'
import { orpc } from '../../client.ts'
import { Chip } from '../../components/chip.tsx'
import { formatDate, formatNumber } from '../../components/format.ts'
import { inScreenWords, typeWords } from '../../components/license/license-words.ts'
import { Banner, Facts, Stack } from '../../components/page.tsx'
import { Loaded } from '../../components/states.tsx'
import css from './licenses.module.css'

const operations = { serve: 'Serve', export: 'Hand on', derive: 'Derive', modify: 'Change' } as const

interface ExplainDrawerProps {
  /** As model@version. */
  reference: string | undefined
  onClose: () => void
}

export function ExplainDrawer({ reference, onClose }: ExplainDrawerProps) {
  const [model = '', version = 'latest'] = (reference ?? '').split('@')
  return (
    <Drawer
      opened={reference !== undefined}
      onClose={onClose}
      size={600}
      title={`What the licenses say of ${model}`}
    >
      {model !== '' && <Explained model={model} version={version} />}
    </Drawer>
  )
}

function Explained({ model, version }: { model: string; version: string }) {
  const [operation, setOperation] = useState<keyof typeof operations>('serve')
  const query = useQuery(
    orpc.licenses.explain.queryOptions({ input: { model, version, operation }, retry: false }),
  )
  return (
    <Stack>
      <SegmentedControl
        aria-label="What is to be done"
        data={licenseOperation.options.map((value) => ({ value, label: operations[value] }))}
        value={operation}
        onChange={(value) => setOperation(licenseOperation.parse(value))}
      />
      <Loaded query={query} what="the explanation">
        {(explanation) => <Parts explanation={explanation} />}
      </Loaded>
    </Stack>
  )
}

function Parts({ explanation }: { explanation: Explanation }) {
  const { licenses, next, own, commercial, version } = explanation
  return (
    <>
      <Decision explanation={explanation} />
      <Facts
        items={[
          ['Version', version],
          ['Use', commercial ? 'Commercial' : 'Not commercial'],
          ['At', formatDate(explanation.at)],
        ]}
      />
      {!own &&
        licenses.map((one) => (
          <section key={`${one.lid} ${one.seq}`} className={css.file}>
            <div className={css.inline}>
              <h3>{typeWords(one.type)}</h3>
              <Chip tone={one.allowed ? 'ok' : 'bad'}>
                {one.allowed ? 'Allows it' : (one.code ?? 'Denies it')}
              </Chip>
              <code className={css.muted}>{one.lid}</code>
            </div>
            <Facts
              items={(
                [
                  ['The license says', inScreenWords(one.clause)],
                  ['Found', inScreenWords(one.evidence)],
                  ['Way out', inScreenWords(one.remedy)],
                  ['Used this month', usedText(one.usage)],
                ] as const
              ).filter(([, text]) => text !== '')}
            />
          </section>
        ))}
      {next.length > 0 && (
        <section className={css.file}>
          <h3>What comes next</h3>
          <Facts items={byDay(next)} />
        </section>
      )}
    </>
  )
}

/** One row a day, however much it brings. */
const byDay = (next: Explanation['next']): [string, string][] =>
  [...Map.groupBy(next, ({ at }) => formatDate(at))].map(([day, moments]) => [
    day,
    inScreenWords(moments.map(({ what }) => what).join(' ')),
  ])

function usedText(usage: Explanation['licenses'][number]['usage']): string {
  if (usage === null) return ''
  const { used, limit } = usage
  return `${formatNumber(used)} of ${limit === null ? 'any number' : formatNumber(limit)}`
}

export function Decision({ explanation: { decision, own, usedUp } }: { explanation: Explanation }) {
  if (own)
    return (
      <Banner tone="ok" title="Allowed.">
        It is signed with a key of this node: nobody’s terms stand over it.
      </Banner>
    )
  if (!decision.allowed)
    return (
      <Banner tone="bad" title="Denied.">
        {inScreenWords(`${decision.clause} ${decision.evidence} ${decision.remedy}`)}{' '}
        <code>{decision.code}</code>
      </Banner>
    )
  if (usedUp)
    return (
      <Banner
        tone="bad"
        title={
          usedUp.code === 'QUOTA_EXCEEDED' ? 'The quota of the month is used up.' : 'The credits are used up.'
        }
      >
        {inScreenWords(`${usedUp.evidence} ${usedUp.clause} ${usedUp.remedy}`)} <code>{usedUp.code}</code>
      </Banner>
    )
  const grace = decision.graceUntil
  return (
    <Banner
      tone={grace === null && !decision.byEmergency ? 'ok' : 'warn'}
      title={
        decision.byEmergency
          ? 'Allowed, by an emergency code.'
          : grace === null
            ? 'Allowed.'
            : 'Allowed, in grace.'
      }
    >
      {grace !== null && `The license has ended; it runs on until ${formatDate(grace * 1000)}.`}
      {decision.attribution !== null && ` To be shown: “${decision.attribution}”`}
    </Banner>
  )
}
