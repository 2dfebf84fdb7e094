/** All shortcuts on one sheet, from the registry, with the keys of tables beside them. */
import { Modal } from '@mantine/core'
import { type CommandGroup, commandIds, commands } from '../../src-main/contract/commands.ts'
import { usePanels } from '../state/panels.ts'
import { keysInWords } from './keys.ts'
import style from './shortcut-sheet.module.css'

const groups: readonly CommandGroup[] = ['Go to', 'Models', 'View', 'Help']
const tableKeys: readonly (readonly [title: string, keys: readonly string[]])[] = [
  ['Next row, previous row', ['J', 'K', '↓', '↑']],
  ['Open the row', ['Enter']],
  ["The row's actions, and back", ['→', 'Esc']],
  ['Run in the playground', ['Ctrl Enter']],
]

function Entry({ title, keys }: { title: string; keys: readonly string[] }) {
  return (
    <div className={style.entry}>
      <dt>{title}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </div>
  )
}

export function ShortcutSheet() {
  const { shortcuts, showShortcuts } = usePanels()
  return (
    <Modal opened={shortcuts} onClose={() => showShortcuts(false)} title="Keyboard shortcuts" size={760}>
      <div className={style.sheet}>
        {groups.map((group) => (
          <section key={group}>
            <h3 className={style.group}>{group}</h3>
            <dl>
              {commandIds
                .filter((id) => commands[id].group === group && commands[id].keys.length > 0)
                .map((id) => (
                  <Entry key={id} title={commands[id].title} keys={commands[id].keys.map(keysInWords)} />
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3 className={style.group}>In tables and forms</h3>
          <dl>
            {tableKeys.map(([title, keys]) => (
              <Entry key={title} title={title} keys={keys} />
            ))}
          </dl>
        </section>
      </div>
    </Modal>
  )
}
