/** The one-time link: it logs in once, and is the moment to set a password. The token leaves the address at once. */
import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type SyntheticEvent, useEffect, useState } from 'react'
import { limits } from '../../../src-main/contract/limits.ts'
import { client } from '../../client.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { SecretInput } from '../../components/secret-input.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { LoginCard } from './login-card.tsx'

const route = getRouteApi('/claim')

export function ClaimPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const cache = useQueryClient()
  const [token] = useState(search.token)
  const [password, setPassword] = useState('')
  const shown = search.token !== undefined
  useEffect(() => {
    // Neither the history nor a shared address may hold it.
    if (shown) void navigate({ search: {}, replace: true })
  }, [shown, navigate])

  const claim = useMutation({
    mutationFn: (chosen: string | undefined) =>
      client.login.claim({ token: token ?? '', ...(chosen ? { password: chosen } : {}) }),
    onSuccess: async () => {
      cache.clear()
      await navigate({ to: '/' })
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    claim.mutate(password)
  }
  if (!token) {
    return (
      <LoginCard title="This link is not complete">
        <p>The node prints the link when it starts. Open the whole of it, with the token at its end.</p>
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
