/** This machine and its site, as licenses see them: where and whose it is, whether it is business, and what time it is. */
import { Button, Switch, TagsInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { audienceMismatch, sampleAccount } from '../../../src-main/contract/license/audience.ts'
import type { LicenseRow, SiteChange, SiteDeclaration } from '../../../src-main/contract/license/views.ts'
import { limits } from '../../../src-main/contract/limits.ts'
import { client, orpc } from '../../client.ts'
import { formatDate, formatUtc } from '../../components/format.ts'
import { Banner, Card, Columns, Facts, Stack } from '../../components/page.tsx'
import { reportDone } from '../../components/report.tsx'
import { ErrorNotice, Loaded } from '../../components/states.tsx'
import { Digest, None, Time } from '../../components/values.tsx'
import css from './licenses.module.css'

export function SiteTab() {
  const query = useQuery(orpc.licenses.node.queryOptions({ refetchInterval: 15_000 }))
  return (
    <Loaded query={query} what="this site">
      {(node) => (
        <Stack>
          {node.ledger && (
            <ErrorNotice
              error={node.ledger}
              what="Nothing is counted, and so nothing licensed is answered."
              unchanged="Your own models go on."
            />
          )}
          {node.anomalies.map(({ kind, since, message, hint }) => (
            <Banner key={kind} tone="warn" title="The clock.">
              {message} {hint} Since <Time at={since} />.
            </Banner>
          ))}
          <Columns>
            <SiteForm site={node.site} />
            <Card title="This machine">
              <Facts
                items={[
                  ['Id', <Digest key="id" value={node.nodeId} what="node id" whole />],
                  ['Trusted time', toTheSecond(node.trustedTime)],
                  ['Its own clock', toTheSecond(node.clock)],
                  [
                    'Place, attested',
                    node.attested === null ? (
                      <None key="attested">by nobody</None>
                    ) : (
                      `${node.attested.country}, until ${formatDate(node.attested.until)}`
                    ),
                  ],
                ]}
              />
              <p className={css.muted}>
                Licenses go by the trusted time: a clock that is set back changes nothing.
              </p>
            </Card>
          </Columns>
        </Stack>
      )}
    </Loaded>
  )
}

/** 2027-01-20 14:02:31 UTC: no finer than the trusted time is. */
const toTheSecond = (at: string): string => formatUtc(at).replace(/\.\d{3}/, '')

const changeOf = ({ name, ...rest }: SiteChange): SiteChange =>
  name === undefined ? rest : { ...rest, name: name?.trim() || null }

/** What was typed since. */
const without = (touched: SiteChange, sent: SiteChange): SiteChange =>
  Object.fromEntries(
    Object.entries(touched).filter(([field, value]) => sent[field as keyof SiteChange] !== value),
  )

/** What is not touched follows what is declared, here or elsewhere; what is touched alone is sent. */
function SiteForm({ site }: { site: SiteDeclaration }) {
  const cache = useQueryClient()
  const [touched, setTouched] = useState<SiteChange>({})
  const { name, country, accounts, commercial } = { ...site, ...touched }
  const touch = (change: SiteChange) => setTouched((before) => ({ ...before, ...change }))
  const licenses = useInstalled()
  const declare = useMutation({
    mutationFn: (typed: SiteChange) => client.licenses.declareSite(changeOf(typed)),
    onSuccess: (declared, sent) => {
      cache.setQueryData(orpc.licenses.node.queryKey(), (node) => node && { ...node, site: declared })
      // What was typed while it was on its way stays.
      setTouched((now) => without(now, sent))
      void cache.invalidateQueries({ queryKey: orpc.licenses.key() })
      reportDone('The site is declared')
    },
  })
  const wrong = country !== null && !/^[A-Z]{2}$/.test(country)
  return (
    <Card title="This site" note="as you declare it">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          declare.mutate(touched)
        }}
      >
        <TextInput
          label="Name"
          description="As licenses that are for one site call it"
          value={name ?? ''}
          maxLength={limits.lineCharsMax}
          onChange={(event) => touch({ name: event.currentTarget.value })}
        />
        <TagsInput
          label="Accounts"
          description="Your names with your licensors; Enter adds one. With none, any account is taken"
          value={accounts}
          data={[...new Set(licenses.map(({ sub }) => sub))].filter((sub) => sub !== sampleAccount)}
          maxTags={limits.siteAccountsMax}
          maxLength={limits.lineCharsMax}
          onChange={(next) => touch({ accounts: next })}
          clearable
        />
        <TextInput
          label="Country"
          description="Two letters, such as DE (ISO 3166-1)"
          value={country ?? ''}
          maxLength={2}
          error={wrong ? 'Two letters are needed.' : null}
          onChange={(event) => touch({ country: event.currentTarget.value.toUpperCase() || null })}
        />
        <Switch
          label="What runs here is business"
          description="A key can say otherwise for its own calls"
          checked={commercial}
          onChange={(event) => touch({ commercial: event.currentTarget.checked })}
        />
        <Refused licenses={licenses} site={{ name: name?.trim() || null, accounts }} />
        {declare.error && <ErrorNotice error={declare.error} what="The site was not declared." />}
        <div>
          <Button type="submit" variant="filled" loading={declare.isPending} disabled={wrong}>
            Declare the site
          </Button>
        </div>
      </form>
    </Card>
  )
}

const over: ReadonlySet<LicenseRow['state']> = new Set(['revoked', 'expired', 'superseded', 'deactivated'])

/** Those that what is declared can still matter to. */
const useInstalled = () =>
  (useQuery(orpc.licenses.list.queryOptions({ input: {} })).data ?? []).flatMap(({ license, state }) =>
    license && !over.has(state) ? [license] : [],
  )

/** Before it is declared: nobody should stop what runs by a name that was left out. */
function Refused({
  licenses,
  site,
}: {
  licenses: ReturnType<typeof useInstalled>
  site: Pick<SiteDeclaration, 'name' | 'accounts'>
}) {
  const refused = licenses.flatMap((license) => {
    const mismatch = audienceMismatch(license, site)
    if (mismatch === null) return []
    const named = mismatch === 'site' ? `the site ${license.aud}` : `the account ${license.sub}`
    return [`${license.model.id}, for ${named}`]
  })
  if (refused.length === 0) return null
  const shown = refused.slice(0, 5)
  const isOne = refused.length === 1
  return (
    <Banner
      tone="warn"
      title={
        isOne
          ? 'A license here is for another account or site.'
          : `${refused.length} licenses here are for another account or site.`
      }
    >
      With this declaration {isOne ? 'it does' : 'they do'} not serve: {shown.join('; ')}
      {refused.length > shown.length ? ` and ${refused.length - shown.length} more` : ''}.
    </Banner>
  )
}
