/** Top of the window: the mark, where one is, the palette, how the node is reached, and which node it is. */
import { IconSearch } from '@tabler/icons-react'
import { Link, useMatches } from '@tanstack/react-router'
import { Fragment, useEffect } from 'react'
import { commands } from '../../src-main/contract/commands.ts'
import { keysInWords } from '../commands/keys.ts'
import type { RunCommand } from '../commands/use-commands.ts'
import { Chip } from '../components/chip.tsx'
import { useStatus } from '../data/node.ts'
import { ConnectionChip } from './connection.tsx'
import style from './top-bar.module.css'

interface Crumb {
  title: string
  to: string
}

const namedValue = (names: Readonly<Record<string, string>> = {}, value: string): string =>
  (Object.hasOwn(names, value) && names[value]) || value

/** From the routes' static titles; a path parameter names itself. */
function useCrumbs(): Crumb[] {
  return useMatches({
    select: (matches) =>
      matches.flatMap(({ staticData, pathname, params }) => {
        const value = Object.entries(params).find(([name]) => name === staticData.titleFrom)?.[1]
        const title = value === undefined ? staticData.title : namedValue(staticData.titleOf, value)
        const parent = staticData.parent
        const own = title ? [{ title, to: pathname }] : []
        return parent && own.length ? [parent, ...own] : own
      }),
    structuralSharing: true,
  })
}

export function TopBar({ run }: { run: RunCommand }) {
  const crumbs = useCrumbs()
  const status = useStatus()
  const title = crumbs.at(-1)?.title
  useEffect(() => {
    document.title = title ? `${title} · Outpost` : 'Outpost'
  }, [title])
  const [keys = ''] = commands['view.palette'].keys
  return (
    <header className={style.top}>
      <Link to="/" className={style.brand} aria-label="Outpost, home">
        <span className={style.mark} aria-hidden />
        Outpost
      </Link>
      <nav className={style.crumbs} aria-label="Breadcrumb">
        {crumbs.map(({ title, to }, at) =>
          at === crumbs.length - 1 ? (
            <b key={`${to} ${title}`} aria-current="page" title={title}>
              {title}
            </b>
          ) : (
            <Fragment key={`${to} ${title}`}>
              <Link to={to}>{title}</Link> {'/ '}
            </Fragment>
          ),
        )}
      </nav>
      <button type="button" className={style.search} onClick={() => run('view.palette')}>
        <IconSearch size={16} className={style.searchIcon} aria-hidden />
        <span className={style.searchWords}>Search or run a command</span>
        <kbd>{keysInWords(keys)}</kbd>
      </button>
      <ConnectionChip />
      <span className={style.node}>
        <Chip title={status ? `Node ${status.nodeId}` : 'The node has not answered yet'}>
          {status?.host === 'desktop' || !status ? 'This computer' : window.location.host}
        </Chip>
      </span>
    </header>
  )
}
