/** The password of the headless node's page, and leaving it. */
import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { client } from '../../client.ts'
import { Card } from '../../components/page.tsx'
import { reportDone, reportFailure } from '../../components/report.tsx'
import { SecretInput } from '../../components/secret-input.tsx'
import { ErrorNotice, Loaded } from '../../components/states.tsx'
import { loginQuery } from '../../data/node.ts'
import css from './settings.module.css'

export function AccessSection() {
  const login = useQuery(loginQuery())
  return (
    <>
      <Card title="Password" note="Opens this page in a browser. Programs use API keys.">
        <Loaded query={login} what="the login" lines={3}>
          {({ passwordSet }) => <PasswordForm passwordSet={passwordSet} />}
        </Loaded>
      </Card>
      <Leave />
    </>
  )
}

function PasswordForm({ passwordSet }: { passwordSet: boolean }) {
  const cache = useQueryClient()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const change = useMutation({
    mutationFn: () => client.login.setPassword({ next, ...(passwordSet && { current }) }),
    onSuccess: () => {
      setCurrent('')
      setNext('')
      setAgain('')
      void cache.invalidateQueries({ queryKey: loginQuery().queryKey })
      reportDone(passwordSet ? 'The password is changed' : 'The password is set')
    },
  })
  return (
    <form
      className={css.narrow}
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate()
      }}
    >
      {passwordSet && (
        <SecretInput
          label="Present password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
      )}
      <SecretInput
        label="New password"
        description="At least 12 characters"
        autoComplete="new-password"
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <SecretInput
        label="New password again"
        autoComplete="new-password"
        value={again}
        error={again !== '' && again !== next ? 'The two differ.' : null}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
      {change.error && <ErrorNotice error={change.error} what="The password was not changed." />}
      <div>
        <Button
          type="submit"
          variant="filled"
          loading={change.isPending}
          disabled={next === '' || next !== again || (passwordSet && current === '')}
        >
          {passwordSet ? 'Change the password' : 'Set the password'}
        </Button>
      </div>
    </form>
  )
}

function Leave() {
  const cache = useQueryClient()
  const navigate = useNavigate()
  const leave = useMutation({
    mutationFn: () => client.login.leave(),
    onSuccess: async () => {
      // What this person saw must not stand there for the next one.
      cache.clear()
      await navigate({ to: '/login' })
    },
    onError: (error) => reportFailure('You were not logged out', error),
  })
  return (
    <Card title="Log out">
      <div className={css.setting}>
        <div>
          <p>Ends the login of this browser.</p>
        </div>
        <Button loading={leave.isPending} onClick={() => leave.mutate()}>
          Log out
        </Button>
      </div>
    </Card>
  )
}
