/**
 * Where a remote engine may be: an address that an operator typed, with TLS wherever someone could read along. Plain
 * HTTP is for this machine and for private networks by their numbers, since a name may lead anywhere tomorrow.
 */
import { BlockList } from 'node:net'
import { networkInterfaces } from 'node:os'
import { OutpostError } from '../../base/errors.ts'
import { addressesOf, hostOf, isIn, whyNeverAsked } from '../../base/outbound-address.ts'

const thisMachine = new BlockList()
thisMachine.addSubnet('127.0.0.0', 8)
thisMachine.addAddress('::1', 'ipv6')
thisMachine.addAddress('0.0.0.0')
thisMachine.addAddress('::', 'ipv6')

const near = new BlockList()
near.addSubnet('127.0.0.0', 8)
near.addSubnet('10.0.0.0', 8)
near.addSubnet('172.16.0.0', 12)
near.addSubnet('192.168.0.0', 16)
near.addSubnet('fc00::', 7, 'ipv6')
near.addAddress('::1', 'ipv6')

/** In its normal form, without a slash at the end. REMOTE_ADDRESS. */
export async function remoteAddress(text: string, allowHttp: boolean, own: string | null): Promise<string> {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw refused(text, 'is no http:// or https:// address', 'Write it like https://models.acme.example.')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw refused(
      url.origin,
      'carries more than a server and a path',
      'Leave out user, ? and #; the token is given apart.',
    )
  const host = hostOf(url)
  await requireAskable(url)
  if (own !== null && (await isItself(url, new URL(own))))
    throw refused(
      text,
      'is where this node answers itself',
      'Deploy the version on a device of this machine.',
    )
  if (url.protocol === 'http:' && !allowHttp && host !== 'localhost' && !isIn(near, host)) {
    throw refused(
      text,
      'is not encrypted, and is neither this machine nor a private network by its number',
      'Use https://, or allow plain HTTP (--allow-http) where inputs, answers and the token may be read on the way.',
    )
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v2$/, '')
}

/** Also of one that was added before: its name may lead elsewhere by now. REMOTE_ADDRESS. */
export async function requireAskable(url: URL): Promise<void> {
  const never = await whyNeverAsked(url)
  if (never !== null) throw refused(url.origin, never, 'Use another address.')
}

const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80')

/** Whatever it is called; a node that asks itself would ask itself again. */
async function isItself(url: URL, own: URL): Promise<boolean> {
  if (portOf(url) !== portOf(own)) return false
  const machine = Object.values(networkInterfaces()).flatMap((cards) => cards ?? [])
  const here = new Set([...(await addressesOf(own)), ...machine.map(({ address }) => address)])
  return (await addressesOf(url)).some((address) => here.has(address) || isIn(thisMachine, address))
}

const refused = (text: string, what: string, hint: string): OutpostError =>
  new OutpostError('REMOTE_ADDRESS', `${text.slice(0, 200)} ${what}.`, { hint })
