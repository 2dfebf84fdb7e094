/** The screens, in groups; only icons where the rail is narrow. */
import { Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { commands } from '../../src-main/contract/commands.ts'
import { keysInWords } from '../commands/keys.ts'
import { groups, type Section } from '../commands/sections.ts'
import { formatNumber } from '../components/format.ts'
import { useStatus } from '../data/node.ts'
import { useView } from '../state/view.ts'
import style from './rail.module.css'

function Place({ section, narrow }: { section: Section; narrow: boolean }) {
  const status = useStatus()
  const count = section.count ? (status?.counts[section.count] ?? 0) : 0
  const [keys = ''] = commands[section.command].keys
  const Icon = section.icon
  return (
    <Tooltip label={`${section.title}, ${keysInWords(keys)}`} position="right" disabled={!narrow}>
      <Link
        to={section.to}
        className={style.place}
        activeOptions={{ exact: section.to === '/', includeSearch: false }}
      >
        <Icon size={16} stroke={1.7} aria-hidden />
        <span className={style.placeTitle}>{section.title}</span>
        {count > 0 && <span className={style.placeCount}>{formatNumber(count)}</span>}
      </Link>
    </Tooltip>
  )
}

export function Rail() {
  const narrow = useView((view) => view.rail === 'narrow')
  return (
    <nav className={style.rail} aria-label="Screens">
      {groups.map(({ title, sections }) => (
        <div key={title}>
          <div className={style.groupTitle}>{title}</div>
          {sections.map((section) => (
            <Place key={section.to} section={section} narrow={narrow} />
          ))}
        </div>
      ))}
    </nav>
  )
}
