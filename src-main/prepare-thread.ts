/** Entry of the thread that parses large bodies, started by name when the first one arrives. */
import { runPrepareThread } from './flows/serve/request-bodies.ts'

runPrepareThread()
