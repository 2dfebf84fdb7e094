/** The palette: commands and models in one list, found by typing; commands first, since fewer of them fit. */

import { useDebouncedValue } from '@mantine/hooks'
import { createSpotlight, Spotlight } from '@mantine/spotlight'
import { IconBox, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { type CommandGroup, commandIds, commands } from '../../src-main/contract/commands.ts'
import { orpc } from '../client.ts'
import { usePanels } from '../state/panels.ts'
import { keysInWords } from './keys.ts'
import style from './palette.module.css'
import type { RunCommand } from './use-commands.ts'

const [store, control] = createSpotlight()
const groups: readonly CommandGroup[] = ['Go to', 'Models', 'View', 'Help']

/** As Spotlight itself does it, which shows no way to ask for it. */
function selectFirst() {
  const list = document.getElementById(store.getState().listId)
  list?.querySelector('[data-selected]')?.removeAttribute('data-selected')
  list?.querySelector('[data-action]')?.setAttribute('data-selected', 'true')
  store.updateState((state) => ({ ...state, selected: 0 }))
}

export function Palette({ run }: { run: RunCommand }) {
  const { palette, showPalette } = usePanels()
  const navigate = useNavigate()
  const [query, setQuery] = useState('')
  const [search] = useDebouncedValue(query.trim(), 120)
  const models = useQuery(
    orpc.models.list.queryOptions({
      input: { limit: 8, ...(search ? { search, sort: 'relevance' as const } : {}) },
      enabled: palette === 'models' || (palette === 'commands' && search.length > 0),
    }),
  )
  useEffect(() => (palette === 'closed' ? control.close() : control.open()), [palette])

  const wanted = query.trim().toLowerCase()
  const found =
    palette === 'models'
      ? []
      : commandIds.filter((id) =>
          `${commands[id].group} ${commands[id].title}`.toLowerCase().includes(wanted),
        )
  const rows = palette === 'models' || search ? (models.data?.rows ?? []) : []
  const listed = [...found, ...rows.map(({ id }) => id)].join(' ')
  useEffect(() => {
    // What was found comes later than what was typed; Enter takes the first of what is listed now.
    if (listed) selectFirst()
  }, [listed])
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={() => {
        setQuery('')
        showPalette('closed')
      }}
      shortcut={null}
      size={600}
      // Its top stays where it is while the list below it grows and shrinks.
      centered={false}
      yOffset={88}
      maxHeight={440}
      scrollable
      attributes={{ content: { 'aria-label': 'Search or run a command' } }}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      classNames={{ content: style.content, body: style.body, search: style.search }}
    >
      <Spotlight.Search
        placeholder={palette === 'models' ? 'Go to a model' : 'Search or run a command'}
        aria-label={palette === 'models' ? 'Go to a model' : 'Search or run a command'}
        leftSection={<IconSearch size={16} />}
      />
      <Spotlight.ActionsList className={style.list}>
        {groups.map((group) => {
          const ids = found.filter((id) => commands[id].group === group)
          return (
            ids.length > 0 && (
              <Spotlight.ActionsGroup key={group} label={group} className={style.group}>
                {ids.map((id) => (
                  <Spotlight.Action key={id} className={style.action} onClick={() => run(id)}>
                    <span>{commands[id].title}</span>
                    <span className={style.side}>
                      {commands[id].keys.slice(0, 1).map((keys) => (
                        <kbd key={keys}>{keysInWords(keys)}</kbd>
                      ))}
                    </span>
                  </Spotlight.Action>
                ))}
              </Spotlight.ActionsGroup>
            )
          )
        })}
        {rows.length > 0 && (
          <Spotlight.ActionsGroup label="Models in the registry" className={style.group}>
            {rows.map((row) => (
              <Spotlight.Action
                key={row.id}
                className={style.action}
                onClick={() => void navigate({ to: '/models/$model', params: { model: row.id } })}
              >
                <IconBox size={16} stroke={1.6} aria-hidden />
                <span>{row.title}</span>
                <code className={style.side}>{row.id}</code>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {found.length === 0 && rows.length === 0 && (
          <Spotlight.Empty>{models.isFetching ? 'Searching' : 'Nothing has this name.'}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
