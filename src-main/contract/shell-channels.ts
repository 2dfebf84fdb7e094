/**
 * The names of the messages between the desktop's main process and its window, in one list: the preload speaks on
 * these, main answers on these, and nothing else is ever registered. What each carries is checked in main.
 */
export const channelsToMain = {
  pickFiles: 'files:pick',
  adoptFiles: 'files:adopt',
  reveal: 'reveal',
  notify: 'notify',
  setTheme: 'theme:set',
  takePackages: 'packages:take',
} as const

export const channelsToPage = {
  command: 'command',
  /** Carries nothing: the page then takes what waits, so that a page that is still loading misses none. */
  packagesWaiting: 'packages:waiting',
} as const

export type ChannelToMain = (typeof channelsToMain)[keyof typeof channelsToMain]
