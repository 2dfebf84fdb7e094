/** The one-time link: it logs in once, and is the moment to set a password. The token leaves the address at once. */
import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type SyntheticEvent, useEffect, useState } from 'react'
import { limits } from '../../../src-main/contract/limits.ts'
import { client, orpc } from '../../client.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { SecretInput } from '../../components/secret-input.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { failureOf } from '../../data/failure.ts'
import { LoginCard } from './login-card.tsx'

const route = getRouteApi('/claim')

export function ClaimPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [token, setToken] = useState(search.token)
  // A link that is opened while the page is there changes the address alone.
  if (search.token !== undefined && search.token !== token) setToken(search.token)
  const shown = search.token !== undefined
  useEffect(() => {
    // Neither the history nor a shared address may hold it.
    if (shown) void navigate({ search: {}, replace: true })
  }, [shown, navigate])
  if (token) return <Claim key={token} token={token} />
  return (
    <LoginCard title="Open the link once more">
      <p>
        The link ends in a token, which leaves the address as soon as the page is there. After loading the
        page anew, open the whole link again: it stays good until it has logged someone in.
      </p>
      <LinkButton to="/login">Log in with the password</LinkButton>
    </LoginCard>
  )
}

function Claim({ token }: { token: string }) {
  const navigate = useNavigate()
  const cache = useQueryClient()
  const [password, setPassword] = useState('')
  const claim = useMutation({
    mutationFn: (chosen: string | undefined) =>
      client.login.claim({ token, ...(chosen ? { password: chosen } : {}) }),
    onSuccess: async () => {
      cache.clear()
      await navigate({ to: '/' })
    },
  })
  // Before anyone thinks of a password: a link that was used says so at once.
  const check = useQuery({
    ...orpc.login.check.queryOptions({ input: { token } }),
    enabled: claim.isIdle,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    claim.mutate(password)
  }
  if (check.error && failureOf(check.error).code === 'LOGIN_LINK_INVALID') {
    return (
      <LoginCard title="This link is no longer good">
        <ErrorNotice error={check.error} what="It logs nobody in." unchanged="" />
        <LinkButton to="/login">Log in with the password</LinkButton>
      </LoginCard>
    )
  }
  return (
    <LoginCard title="Welcome to this node" onSubmit={submit}>
      <p>The link logs you in once. With a password you can come back without another link.</p>
      <SecretInput
        label="New password"
        description={`At least ${limits.passwordCharsMin} characters`}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="new-password"
        minLength={limits.passwordCharsMin}
        maxLength={limits.passwordCharsMax}
        autoFocus
      />
      {claim.error && (
        <ErrorNotice error={claim.error} what="You are not logged in." unchanged="No password was set." />
      )}
      <Button
        type="submit"
        variant="filled"
        disabled={password.length < limits.passwordCharsMin}
        loading={claim.isPending && claim.variables !== undefined}
        fullWidth
      >
        Set the password and log in
      </Button>
      <Button
        variant="subtle"
        color="neutral"
        loading={claim.isPending && claim.variables === undefined}
        onClick={() => claim.mutate(undefined)}
        fullWidth
      >
        Log in without a password
      </Button>
    </LoginCard>
  )
}
