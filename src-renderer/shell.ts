/** The desktop's extra abilities, or undefined in a browser. The one place that reads `window.shell`. */
import type { Shell } from '../src-main/contract/shell.ts'

declare global {
  interface Window {
    shell?: Shell<File>
  }
}

export const shell: Shell<File> | undefined = window.shell
