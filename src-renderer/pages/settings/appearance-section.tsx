/** How this person likes the page: theme, density, which screens come first, keys without a modifier. */
import { Button, SegmentedControl, Switch } from '@mantine/core'
import type { ColorTheme } from '../../../src-main/contract/shell.ts'
import { Card } from '../../components/page.tsx'
import { type Density, type Persona, useView } from '../../state/view.ts'
import css from './settings.module.css'

const themes: { value: ColorTheme; label: string }[] = [
  { value: 'auto', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]
const densities: { value: Density; label: string }[] = [
  { value: 'comfortable', label: 'Comfortable' },
  { value: 'default', label: 'Default' },
  { value: 'compact', label: 'Compact' },
]
const personas: { value: Persona | 'skipped'; label: string }[] = [
  { value: 'provider', label: 'Provider' },
  { value: 'operator', label: 'Operator' },
  { value: 'qa', label: 'Quality' },
  { value: 'skipped', label: 'All of it' },
]

export function AppearanceSection() {
  const { theme, density, persona, singleKeys, checklistHidden, set } = useView()
  return (
    <Card title="Appearance" note="Kept in this browser, for you alone.">
      <div className={css.setting}>
        <div>
          <b id="theme">Theme</b>
          <p>System follows what the operating system uses now.</p>
        </div>
        <SegmentedControl
          aria-labelledby="theme"
          value={theme}
          data={themes}
          onChange={(value) => set({ theme: value })}
        />
      </div>
      <div className={css.setting}>
        <div>
          <b id="density">Rows of tables</b>
          <p>40, 32 or 26 pixels high.</p>
        </div>
        <SegmentedControl
          aria-labelledby="density"
          value={density}
          data={densities}
          onChange={(value) => set({ density: value })}
        />
      </div>
      <div className={css.setting}>
        <div>
          <b id="persona">What you do here</b>
          <p>Decides what Home offers first. It takes nothing away.</p>
        </div>
        <SegmentedControl
          aria-labelledby="persona"
          value={persona ?? 'skipped'}
          data={personas}
          onChange={(value) => set({ persona: value })}
        />
      </div>
      <div className={css.setting}>
        <div>
          <b id="single-keys">Shortcuts of a single key</b>
          <p>Such as / to filter and G then M to go to the models. Shortcuts with Ctrl or Cmd stay.</p>
        </div>
        <Switch
          aria-labelledby="single-keys"
          checked={singleKeys}
          onChange={(event) => set({ singleKeys: event.currentTarget.checked })}
        />
      </div>
      <div className={css.setting}>
        <div>
          <b>Set up</b>
          <p>
            {checklistHidden
              ? 'The list on Home is hidden.'
              : 'The list is on Home until it is hidden there.'}
          </p>
        </div>
        <Button disabled={!checklistHidden} onClick={() => set({ checklistHidden: false })}>
          Show what is left to set up
        </Button>
      </div>
    </Card>
  )
}
