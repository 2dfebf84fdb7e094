/** A new secret, which is shown this once: the only way on is the button that says it was copied. */
import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { CodeBlock } from '../../components/code-block.tsx'
import { Banner } from '../../components/page.tsx'

/** For its dialog, which nothing else closes. */
export const heldOpen = { closeOnClickOutside: false, closeOnEscape: false, withCloseButton: false }

interface Props {
  secret: string
  label?: string
  note?: string
  onCopied: () => void
  children?: ReactNode
}

export const NewSecret = ({
  secret,
  label = 'API key',
  note = 'It is shown this once and is not kept.',
  onCopied,
  children,
}: Props) => (
  <Stack gap="md">
    <Banner tone="warn" title="Copy it now.">
      {note}
    </Banner>
    <CodeBlock text={secret} label={label} />
    {children}
    <Group justify="flex-end">
      <Button variant="filled" onClick={onCopied}>
        I have copied it
      </Button>
    </Group>
  </Stack>
)
