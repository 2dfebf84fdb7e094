/** What a typed address may lead to. */
import { expect, test } from 'vitest'
import { addressesOf, whyNeverAsked } from '../../../src-main/base/outbound-address.ts'
import { createRemoteClient } from '../../../src-main/engine/remote/remote-client.ts'

test.each([
  'http://169.254.169.254/latest/meta-data',
  'http://0xa9fea9fe/',
  'http://[fd00:ec2::254]/',
  'http://[FD00:0EC2:0::254]/',
  'https://[fe80::1]',
  'http://[::ffff:169.254.169.254]/',
  'http://[64:ff9b::169.254.169.254]/',
  'http://[fd20:ce::254]',
  'http://100.100.100.200',
  'http://168.63.129.16',
])('%s is never asked', async (address) => {
  expect(await whyNeverAsked(new URL(address))).toContain('secrets')
})

test.each([
  'http://127.0.0.1:9',
  'http://[::1]:9',
  'http://10.0.0.1',
  'http://[fd12:3456::1]',
  'https://8.8.8.8',
])('%s may be', async (address) => expect(await whyNeverAsked(new URL(address))).toBeNull())

test('a remote engine that has come to lie there is not looked at', async () => {
  const place = { url: 'http://169.254.169.254', model: 'm', modelVersion: null, token: 'secret' }
  await expect(createRemoteClient(place).ready(AbortSignal.timeout(60_000))).rejects.toMatchObject({
    kind: 'denied',
    message: expect.stringContaining('secrets'),
  })
})

test('a name is asked where it leads', async () => {
  const found = await addressesOf(new URL('http://localhost:1'))
  expect(found.every((address) => address === '::1' || address.startsWith('127.'))).toBe(true)
  expect(found).not.toEqual([])
  expect(await whyNeverAsked(new URL('http://no-such-name.invalid'))).toBeNull()
})
