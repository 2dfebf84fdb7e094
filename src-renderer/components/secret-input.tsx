/** A field whose text is hidden until it is asked for; the button that shows it is named, and Tab comes to it. */
import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { lowerFirst } from './format.ts'

export function SecretInput({ label, error, ...input }: PasswordInputProps & { label: string }) {
  return (
    <PasswordInput
      {...input}
      label={label}
      error={error}
      aria-invalid={Boolean(error)}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': `Show the ${lowerFirst(label)}` }}
    />
  )
}
