/** The receipt of one call: which bytes answered, by which rule, and where the time went. */
import { Drawer } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { errorCatalogue } from '../../../src-main/contract/errors.ts'
import type { RequestRow } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { formatDuration, formatNumber, formatUtc } from '../../components/format.ts'
import { inScreenWords } from '../../components/license/license-words.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner, Facts, Stack } from '../../components/page.tsx'
import { Loaded } from '../../components/states.tsx'
import { deviceWords } from '../../components/targets.ts'
import { Bytes, Digest, None } from '../../components/values.tsx'
import { Outcome } from './columns.tsx'
import { countedInWords } from './counted.ts'
import style from './requests.module.css'

export function ReceiptDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  // Kept while the drawer slides away.
  const last = useRef(id)
  last.current = id ?? last.current
  const query = useQuery(
    orpc.requests.get.queryOptions({
      input: { id: last.current ?? '' },
      enabled: id !== undefined,
      staleTime: Infinity,
    }),
  )
  return (
    <Drawer opened={id !== undefined} onClose={onClose} title="Receipt">
      <Loaded query={query} what="the receipt" lines={10}>
        {(row) => <Receipt row={row} />}
      </Loaded>
    </Drawer>
  )
}

const titles: Record<string, { title: string }> = errorCatalogue

function Receipt({ row }: { row: RequestRow }) {
  return (
    <Stack>
      {row.code && (
        <Banner
          tone={row.status < 500 ? 'warn' : 'bad'}
          title={titles[row.code]?.title ?? 'Refused'}
          {...(isOfLicense(row.code) && {
            actions: (
              <LinkButton
                size="xs"
                to="/licenses"
                search={{ model: row.model, explain: `${row.model}@${row.version}` }}
              >
                See why
              </LinkButton>
            ),
          })}
        >
          {isOfLicense(row.code) && <Reason id={row.id} />} <code>{row.code}</code>
        </Banner>
      )}
      <Timing row={row} />
      <Facts
        items={[
          ['Outcome', <Outcome key="outcome" row={row} />],
          ['Time', formatUtc(row.at)],
          [
            'Model',
            <Link
              key="model"
              to="/models/$model"
              params={{ model: row.model }}
              search={{ version: row.version }}
            >
              {row.model} {row.version}
            </Link>,
          ],
          ['Chosen by', row.rule],
          ['Digest', <Digest key="digest" value={row.digest} whole />],
          ['Endpoint', row.endpoint],
          ['Consumer', row.consumer],
          ['Ran on', ranOn(row)],
          ['Items', formatNumber(row.items)],
          ['Tokens in, out', tokens(row)],
          ...(row.license === null
            ? []
            : ([
                ['License', <code key="license">{row.license}</code>],
                ['Counted', countedInWords(row)],
              ] as const)),
          ['Size in', <Bytes key="in" value={row.bytesIn} />],
          ['Size out', <Bytes key="out" value={row.bytesOut} />],
        ]}
      />
      <div>
        <h3 className={style.caption}>Request id</h3>
        <CodeBlock text={row.id} label="Request id" />
      </div>
    </Stack>
  )
}

const isOfLicense = (code: string): boolean => /^(LIC_|QUOTA_EXCEEDED$|CREDITS_INSUFFICIENT$)/.test(code)

/** In the words of the license, as long as the node remembers them. */
function Reason({ id }: { id: string }) {
  const query = useQuery(orpc.licenses.refusals.queryOptions({ retry: false }))
  return inScreenWords(query.data?.find(({ requestId }) => requestId === id)?.message ?? '')
}

/** What is refused, or answered from what is kept, runs nowhere. */
function ranOn({ batchSize, executionProvider }: RequestRow) {
  if (batchSize === 0) return <None key="ran">nothing ran</None>
  const together = batchSize === 1 ? 'alone' : `${formatNumber(batchSize)} items together`
  return `${deviceWords(executionProvider)}, ${together}`
}

const tokens = ({ tokensIn, tokensOut }: RequestRow) =>
  tokensIn === null && tokensOut === null ? (
    <None key="none">no tokens</None>
  ) : (
    `${tokensIn === null ? '–' : formatNumber(tokensIn)}, ${tokensOut === null ? '–' : formatNumber(tokensOut)}`
  )

/** Waiting, running, and all the rest of the way through the node, as parts of the whole. */
function Timing({ row }: { row: RequestRow }) {
  const rest = Math.max(0, row.latencyMs - row.queueMs - row.computeMs)
  const parts = [
    { name: 'Queue', ms: row.queueMs, series: 'd' },
    { name: 'Compute', ms: row.computeMs, series: 'a' },
    { name: 'Rest', ms: rest, series: 'rest' },
  ] as const
  // In percent: parts that grow by less than one in all would leave some of the bar empty.
  const whole = parts.reduce((sum, { ms }) => sum + ms, 0) || 1
  return (
    <figure>
      <figcaption className={style.timingTitle}>
        <b>{formatDuration(row.latencyMs)}</b> from the arrival to the answer
      </figcaption>
      <div className={style.timing} aria-hidden>
        {parts.map(({ name, ms, series }) => (
          <span key={name} data-series={series} style={{ flexGrow: (ms / whole) * 100 }} />
        ))}
      </div>
      <dl className={style.legend}>
        {parts.map(({ name, ms, series }) => (
          <div key={name} data-series={series}>
            <dt>{name}</dt>
            <dd>{formatDuration(ms)}</dd>
          </div>
        ))}
      </dl>
    </figure>
  )
}
