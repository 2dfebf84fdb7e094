/** The serving process as control sees it: started, spoken to and ended by messages; it drains where control goes away. */
import type { ParentChannel } from '../base/child.ts'
import { failureOf } from '../base/errors.ts'
import { controlToServing, type ServingToControl } from '../contract/processes.ts'
import type { OpenRooms } from './serving-rooms.ts'
import { type Serving, startServing } from './start-serving.ts'

export function serve(channel: ParentChannel, openRooms: OpenRooms): void {
  let hangs = false
  const post = (message: ServingToControl) => {
    hangs ||= message.type === 'stuck'
    channel.post(message)
  }
  let serving: Promise<Serving> | undefined
  let ending: Promise<void> | undefined
  // Control says so and then goes away: what was closed once is not closed again.
  const end = () => {
    ending ??= drainAndExit()
    return ending
  }
  const drainAndExit = async () => {
    await serving?.then(
      (started) => started.drain(),
      () => undefined,
    )
    // All is closed by now; a thread that hangs in a run would hold an ordinary exit up for ever.
    if (hangs) process.kill(process.pid, 'SIGKILL')
    process.exit(0)
  }
  channel.onMessage((raw) => {
    const message = controlToServing.parse(raw)
    if (message.type === 'start') {
      serving ??= startServing(message.config, openRooms, post)
      serving.catch((error: unknown) => post({ type: 'failed', failure: failureOf(error) }))
    } else if (message.type === 'drain') void end()
    else
      serving?.then(
        (started) => started.handle(message),
        () => undefined,
      )
  })
  channel.onClose(() => void end())
}
