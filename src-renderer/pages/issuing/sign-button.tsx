/** Signs a document and saves it as a file, and says what to do with it or why there is none. */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { reportDone, reportFailure } from '../../components/report.tsx'
import { type SignedFile, saveDocument } from '../../data/save-text.ts'

interface Props<Made extends SignedFile> {
  sign: () => Promise<Made>
  /** As in "The time is saved". */
  saved: string
  /** What to do with the file. */
  next: (made: Made) => string
  /** As in "The time was not signed". */
  failed: string
  disabled?: boolean
  children: string
}

export function SignButton<Made extends SignedFile>(props: Props<Made>) {
  const { sign, saved, next, failed, disabled = false, children } = props
  const signing = useMutation({
    mutationFn: sign,
    onSuccess: (made) => {
      saveDocument(made)
      reportDone(saved, next(made))
    },
    onError: (error) => reportFailure(failed, error),
  })
  return (
    <Button disabled={disabled} loading={signing.isPending} onClick={() => signing.mutate()}>
      {children}
    </Button>
  )
}
