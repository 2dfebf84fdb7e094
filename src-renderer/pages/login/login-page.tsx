/** The way into a headless node with its password. The desktop window never comes here. */
import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type SyntheticEvent, useState } from 'react'
import { client } from '../../client.ts'
import { SecretInput } from '../../components/secret-input.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { LoginCard } from './login-card.tsx'

export function LoginPage() {
  const [password, setPassword] = useState('')
  const navigate = useNavigate()
  const cache = useQueryClient()
  const enter = useMutation({
    mutationFn: () => client.login.enter({ password }),
    onSuccess: async () => {
      cache.clear()
      await navigate({ to: '/' })
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    enter.mutate()
  }
  return (
    <LoginCard title="Log in to this node" onSubmit={submit}>
      <p>
        Where no password is set yet, open the link that the node prints when it starts. It is good for one
        login.
      </p>
      <SecretInput
        label="Password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        autoFocus
        required
        withAsterisk={false}
      />
      {enter.error && <ErrorNotice error={enter.error} what="You are not logged in." unchanged="" />}
      <Button type="submit" variant="filled" loading={enter.isPending} fullWidth>
        Log in
      </Button>
    </LoginCard>
  )
}
