/** Which folder a program takes for the data of its node, where its command line names none. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where a node keeps its data unless told otherwise: OUTPOST_DATA, or the folder that the platform gives programs. */
export function defaultDataDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.OUTPOST_DATA) return environment.OUTPOST_DATA
  const home = homedir()
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'Outpost')
  if (process.platform === 'win32')
    return join(environment.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Outpost')
  return join(environment.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'outpost')
}
