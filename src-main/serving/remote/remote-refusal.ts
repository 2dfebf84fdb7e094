/** What a caller is told where a remote engine could not answer: whose fault it was, and when to come back. */
import { OutpostError } from '../../base/errors.ts'
import type { RemoteFault } from '../../engine/remote/remote-fault.ts'

/** `fault` is null where it was not even asked, since its circuit is open; `problem` is what opened it. */
export function refusalOf(engine: string, fault: RemoteFault | null, problem: string | null): OutpostError {
  const subject = `The remote engine "${engine}"`
  if (!fault) {
    const why = problem === null ? '' : ` ${problem}`
    return unavailable(engine, `${subject} fails, so that it is not asked for a moment.${why}`, 2)
  }
  const { message, cause } = fault
  switch (fault.kind) {
    case 'unreachable':
    case 'busy':
    case 'slow':
    case 'limited':
      return unavailable(
        engine,
        `${subject} could not answer. ${message}`,
        fault.retryAfterSeconds ?? 1,
        cause,
      )
    case 'denied':
      return new OutpostError('REMOTE_FAILED', `${subject} lets no request through. ${message}`, {
        hint: `Its address, its model's name or its token is wrong: outpost engine test ${engine} says more.`,
        details: { engine },
        cause,
      })
    case 'garbage':
      return new OutpostError('REMOTE_FAILED', `${subject} answered with something unusable. ${message}`, {
        hint: `outpost engine test ${engine} asks it for its tensors; deploy the version on another device until it is right.`,
        details: { engine },
        cause,
      })
    case 'refused':
      return new OutpostError('REMOTE_FAILED', `${subject} failed on this request. ${message}`, {
        hint: 'Send another input, or ask its operator.',
        details: { engine },
        cause,
      })
  }
}

const unavailable = (engine: string, message: string, seconds: number, cause?: unknown): OutpostError => {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds))
  return new OutpostError('REMOTE_UNAVAILABLE', message, {
    hint: `Try again in ${retryAfterSeconds} s; a failover version of the endpoint would answer meanwhile.`,
    details: { engine, retryAfterSeconds },
    cause,
  })
}
