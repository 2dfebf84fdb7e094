/** The frame around every page: rail, top bar, status bar, and what can open over any page. */

import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { useRunCommand } from '../commands/use-commands.ts'
import { useShortcuts } from '../commands/use-shortcuts.ts'
import { Loading } from '../components/states.tsx'
import { followEvents } from '../data/events.ts'
import { shell } from '../shell.ts'
import { usePanels } from '../state/panels.ts'
import { useView } from '../state/view.ts'
import { ConnectionBanner } from './connection.tsx'
import { DropTarget } from './drop-target.tsx'
import style from './frame.module.css'
import { Rail } from './rail.tsx'
import { StatusBar } from './status-bar.tsx'
import { TopBar } from './top-bar.tsx'
import { useToastRoom } from './use-toasts.ts'

const InstallSheet = lazy(async () => ({
  default: (await import('../pages/install/install-sheet.tsx')).InstallSheet,
}))

const loadPalette = async () => ({ default: (await import('../commands/palette.tsx')).Palette })
const Palette = lazy(loadPalette)
const ShortcutSheet = lazy(async () => ({
  default: (await import('../commands/shortcut-sheet.tsx')).ShortcutSheet,
}))

/** Which of the floating parts were opened since the start: they are loaded then, and stay. */
function useUsed() {
  const palette = usePanels((panels) => panels.palette !== 'closed')
  const shortcuts = usePanels((panels) => panels.shortcuts)
  const used = useRef({ palette, shortcuts })
  used.current = {
    palette: used.current.palette || palette,
    shortcuts: used.current.shortcuts || shortcuts,
  }
  return used.current
}

export function Frame() {
  const run = useRunCommand()
  useShortcuts(run)
  const cache = useQueryClient()
  const rail = useView((view) => view.rail)
  const used = useUsed()
  const { install, openInstall, closeInstall } = usePanels()
  const main = useRef<HTMLElement>(null)
  const path = useRouterState({ select: ({ location }) => location.pathname })

  useToastRoom(path)

  useEffect(() => {
    const stop = new AbortController()
    void followEvents(cache, stop.signal)
    return () => stop.abort()
  }, [cache])
  // Fetched while nothing else is to do: what is typed right after its keys would else go to the page.
  useEffect(() => {
    const idle = requestIdleCallback(() => void loadPalette().catch(() => {}))
    return () => cancelIdleCallback(idle)
  }, [])
  useEffect(() => shell?.onOpenPackage((file) => openInstall([file])), [openInstall])
  useEffect(() => {
    if (path) main.current?.scrollTo(0, 0)
  }, [path])

  return (
    <div className={style.frame} data-rail={rail}>
      <button type="button" className={style.skip} onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <TopBar run={run} />
      <Rail />
      <main ref={main} id="main" className={style.main} tabIndex={-1}>
        <ConnectionBanner />
        <Suspense
          fallback={
            <div className={style.wait}>
              <Loading />
            </div>
          }
        >
          <Outlet />
        </Suspense>
      </main>
      <StatusBar />
      <Suspense fallback={null}>
        {used.palette && <Palette run={run} />}
        {used.shortcuts && <ShortcutSheet />}
      </Suspense>
      <DropTarget onDrop={openInstall} />
      {install && (
        <Suspense fallback={null}>
          <InstallSheet files={install.files} onClose={closeInstall} />
        </Suspense>
      )}
    </div>
  )
}
