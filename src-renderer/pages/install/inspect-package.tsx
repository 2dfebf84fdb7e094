/** One package on its way in: handed to the node, looked into, decided on by a person, installed as a job. */
import { Button, Progress } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client } from '../../client.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Stack } from '../../components/page.tsx'
import { ErrorNotice, Loading } from '../../components/states.tsx'
import { failureOf } from '../../data/failure.ts'
import { handOverAll } from '../../data/handed.ts'
import type { PickedFile } from '../../state/panels.ts'
import css from './install.module.css'
import { InstallJob } from './install-job.tsx'
import { PackageView } from './package-view.tsx'

type Props = { file: PickedFile; onClose: () => void; onNext?: () => void }

export function InspectPackage({ file, onClose, onNext }: Props) {
  const [share, setShare] = useState(0)
  const inspect = useMutation({
    mutationFn: async ({ signal }: { signal: AbortSignal }) => {
      const [handed] = await handOverAll([file], setShare, signal)
      if (handed === undefined) throw new Error('A handle for each file')
      return client.packages.inspect({ handle: handed.handle }, { signal })
    },
  })
  const install = useMutation({
    mutationFn: ({ packageId, trust }: { packageId: string; trust: string | null }) =>
      client.packages.import({ packageId, ...(trust !== null && { trust }) }),
  })
  const { mutate } = inspect
  useEffect(() => {
    const stop = new AbortController()
    mutate({ signal: stop.signal })
    return () => stop.abort()
  }, [mutate])

  const retry = () => inspect.mutate({ signal: new AbortController().signal })
  const leave = () => {
    // A package that is not wanted need not wait for its time to run out.
    if (inspect.data && !install.data)
      void client.packages.discard({ packageId: inspect.data.packageId }).catch(() => {})
    onClose()
  }
  if (inspect.error) {
    return (
      <Stack>
        <p className={css.file}>{file.name}</p>
        <ErrorNotice
          error={inspect.error}
          what="The package cannot be installed."
          unchanged="Nothing was installed."
          // A handle is good for one use; a file of the page can be handed over again.
          {...(file instanceof File && { onRetry: retry })}
          actions={
            failureOf(inspect.error).details?.format === 'onnx' && (
              <LinkButton to="/package" size="xs" onClick={leave}>
                Package a model
              </LinkButton>
            )
          }
        />
        <Buttons onClose={leave} onNext={onNext} />
      </Stack>
    )
  }
  if (!inspect.data) {
    return (
      <Stack>
        <p className={css.file}>{file.name}</p>
        {share < 1 ? (
          <>
            <p>Handing the file to the node</p>
            <Progress value={share * 100} aria-label="Handed over" />
          </>
        ) : (
          <p>Checking the signature</p>
        )}
        <Loading what="the package" lines={8} />
      </Stack>
    )
  }
  if (install.data) {
    return (
      <InstallJob
        jobId={install.data.jobId}
        inspection={inspect.data}
        onClose={onClose}
        {...(onNext && { onNext })}
      />
    )
  }
  return (
    <PackageView
      inspection={inspect.data}
      pending={install.isPending}
      error={install.error}
      onInstall={(trust) => install.mutate({ packageId: inspect.data.packageId, trust })}
      onClose={onNext ?? leave}
    />
  )
}

function Buttons({ onClose, onNext }: { onClose: () => void; onNext: (() => void) | undefined }) {
  return (
    <div className={css.buttons}>
      <Button onClick={onClose}>Close</Button>
      {onNext && (
        <Button variant="filled" onClick={onNext}>
          Next package
        </Button>
      )}
    </div>
  )
}
