/** Looks at the key of a call before its message is taken in: who has none fills no memory. */

import type { Metadata } from '@grpc/grpc-js'
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js'
import { newRequestId } from '../../base/ids.ts'
import type { Identify } from '../door/callers.ts'
import { asOutpostError } from '../infer/story.ts'
import { addressOf } from './ask.ts'
import { statusOf } from './refusals.ts'

/** `open` are the paths that answer to anyone. */
export const doorkeeper =
  (identify: Identify, open: ReadonlySet<string>): ServerInterceptor =>
  ({ path }, call) => {
    const refusal = (metadata: Metadata) => {
      if (open.has(path)) return null
      try {
        const authorization = metadata.get('authorization').find((value) => typeof value === 'string')
        identify(authorization, addressOf(call))
        return null
      } catch (error) {
        return statusOf(asOutpostError(error), { 'x-request-id': newRequestId() })
      }
    }
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const refused = refusal(metadata)
        if (refused) call.sendStatus(refused)
        else next(metadata)
      })
      .build()
    return new ServerInterceptingCall(
      call,
      new ResponderBuilder().withStart((next) => next(listener)).build(),
    )
  }
