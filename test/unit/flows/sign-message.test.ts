/** Signatures against the example that the libraries of Standard Webhooks are tested with. */
import { expect, test } from 'vitest'
import { signMessage, webhookSecret } from '../../../src-main/flows/alerts/sign-message.ts'

test('a message is signed as Standard Webhooks says', () => {
  const headers = signMessage(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1614265330,
    '{"test": 2432232314}',
  )
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('each webhook has a secret of its own, the same each time', () => {
  const pepper = Buffer.alloc(32, 1)
  expect(webhookSecret(pepper, 'a')).toBe(webhookSecret(pepper, 'a'))
  expect(webhookSecret(pepper, 'a')).not.toBe(webhookSecret(pepper, 'b'))
})
