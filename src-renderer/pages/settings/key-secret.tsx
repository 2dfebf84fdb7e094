/** A new key's secret, which is shown this once: the only way on is the button that says it was copied. */
import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { CodeBlock } from '../../components/code-block.tsx'
import { Banner } from '../../components/page.tsx'

export function KeySecret({
  secret,
  onCopied,
  children,
}: {
  secret: string
  onCopied: () => void
  children?: ReactNode
}) {
  return (
    <Stack gap="md">
      <Banner tone="warn" title="Copy it now.">
        It is shown this once and is not kept.
      </Banner>
      <CodeBlock text={secret} label="API key" />
      {children}
      <Group justify="flex-end">
        <Button variant="filled" onClick={onCopied}>
          I have copied it
        </Button>
      </Group>
    </Stack>
  )
}
