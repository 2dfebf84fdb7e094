/** A field for a text that is read sign by sign: a key, JSON, a license. */
import { Textarea, type TextareaProps } from '@mantine/core'
import css from './code-input.module.css'

export const CodeInput = (props: TextareaProps) => (
  <Textarea autosize spellCheck={false} {...props} className={css.text ?? ''} />
)
