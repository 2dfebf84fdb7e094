/**
 * Every command of the UI, once: the application's menu, the palette, tooltips and the shortcut sheet all read it.
 * What a command does stands with the page (src-renderer/commands); here are only its name and its keys.
 */

export type CommandGroup = 'Go to' | 'Models' | 'View' | 'Help'

export interface Command {
  title: string
  group: CommandGroup
  /** In tinykeys' grammar: `$mod` is Ctrl or Cmd, a space divides the keys of a sequence. */
  keys: readonly string[]
}

const command = (group: CommandGroup, title: string, ...keys: string[]): Command => ({ title, group, keys })

export const commands = {
  'go.home': command('Go to', 'Home', '$mod+1', 'g h'),
  'go.models': command('Go to', 'Models', '$mod+2', 'g m'),
  'go.playground': command('Go to', 'Playground', '$mod+3', 'g p'),
  'go.package': command('Go to', 'Package', '$mod+4', 'g k'),
  'go.deployments': command('Go to', 'Deployments', '$mod+5', 'g d'),
  'go.requests': command('Go to', 'Requests', '$mod+6', 'g r'),
  'go.licenses': command('Go to', 'Licenses and usage', 'g l'),
  'go.issuing': command('Go to', 'Issue licenses', 'g i'),
  'go.alerts': command('Go to', 'Alerts', 'g a'),
  'go.jobs': command('Go to', 'Jobs', '$mod+7', 'g j'),
  'go.settings': command('Go to', 'Settings', '$mod+,', '$mod+8', 'g s'),
  'models.import': command('Models', 'Import a package', '$mod+o'),
  'models.find': command('Models', 'Go to a model', '$mod+p'),
  'models.package': command('Models', 'Package a model'),
  'models.samples': command('Models', 'Install the sample models'),
  'models.verify': command('Models', 'Verify all stored files'),
  'view.palette': command('View', 'Search or run a command', '$mod+k'),
  'view.filter': command('View', 'Filter this page', '/', '$mod+f'),
  'view.rail': command('View', 'Collapse or expand the rail', '$mod+b'),
  'view.light': command('View', 'Use the light theme'),
  'view.dark': command('View', 'Use the dark theme'),
  'view.auto': command('View', "Use the system's theme"),
  'view.comfortable': command('View', 'Comfortable rows'),
  'view.default': command('View', 'Default rows'),
  'view.compact': command('View', 'Compact rows'),
  'help.shortcuts': command('Help', 'Keyboard shortcuts', '?'),
} as const satisfies Record<string, Command>

export type CommandId = keyof typeof commands
export const commandIds = Object.keys(commands) as CommandId[]
