/** Keys in words: "Ctrl K" or "⌘ K", "G then M". */
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

const names: Record<string, string> = { $mod: isMac ? '⌘' : 'Ctrl', Enter: '↵', Shift: 'Shift' }
const one = (press: string): string =>
  press
    .split('+')
    .map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join(' ')

export const keysInWords = (keys: string): string => keys.split(' ').map(one).join(' then ')
