/** Starts the page: style, cache, router. boot.ts comes first, because other modules read what it sets. */
import { styleNonce } from './boot.ts'
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './style/base.css'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import './style/tokens.css'
import { MantineProvider } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './data/query-client.ts'
import { router } from './router.tsx'
import { shell } from './shell.ts'
import { useView } from './state/view.ts'
import { keepFocusOfBusyButtons } from './style/return-focus.ts'
import { cssVariablesResolver, theme } from './style/theme.ts'

function App() {
  const chosen = useView((view) => view.theme)
  const density = useView((view) => view.density)
  const dark = useMediaQuery('(prefers-color-scheme: dark)', false, { getInitialValueInEffect: false })
  const scheme = chosen === 'auto' ? (dark ? 'dark' : 'light') : chosen
  useEffect(() => {
    document.documentElement.dataset.density = density
  }, [density])
  useEffect(() => void shell?.setTheme(chosen), [chosen])
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      getStyleNonce={() => styleNonce}
      forceColorScheme={scheme}
      deduplicateInlineStyles
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" limit={4} data-toasts />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}

// Before the first paint, which waits for this module (electron.vite.config.ts): a dark room sees no white flash.
const { theme: chosenTheme } = useView.getState()
const isDark =
  chosenTheme === 'dark' || (chosenTheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.dataset.mantineColorScheme = isDark ? 'dark' : 'light'

keepFocusOfBusyButtons()

const place = document.getElementById('root')
if (!place) throw new Error('index.html has no element #root')
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
