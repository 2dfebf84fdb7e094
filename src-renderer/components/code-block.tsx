/** Text to copy: a command, a request, a digest list. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import style from './code-block.module.css'
import { lowerFirst } from './format.ts'

/** `text` is copied as it stands; `label` names it for a reader who does not see it. */
export function CodeBlock({
  text,
  label = 'Code',
  rowsMax = 20,
}: {
  text: string
  label?: string
  rowsMax?: number
}) {
  const { copy, copied } = useClipboard({ timeout: 1_500 })
  return (
    <div className={style.block} style={{ maxHeight: rowsMax * 18 + 20 }}>
      {/* The button stands inside what scrolls, so that the keyboard reaches the scroll region. */}
      <Tooltip label={copied ? 'Copied' : 'Copy'}>
        <ActionIcon
          className={style.copy}
          onClick={() => copy(text)}
          aria-label={`Copy ${lowerFirst(label)}`}
        >
          {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
        </ActionIcon>
      </Tooltip>
      <pre className={style.text}>{text}</pre>
    </div>
  )
}
