/**
 * Where a remote engine may be: an address that an operator typed, with TLS wherever someone could read along. Plain
 * HTTP is for this machine and for private networks by their numbers, since a name may lead anywhere tomorrow.
 */
import { BlockList, isIP } from 'node:net'
import { OutpostError } from '../../base/errors.ts'

const near = new BlockList()
near.addSubnet('127.0.0.0', 8)
near.addSubnet('10.0.0.0', 8)
near.addSubnet('172.16.0.0', 12)
near.addSubnet('192.168.0.0', 16)
near.addSubnet('fc00::', 7, 'ipv6')
near.addAddress('::1', 'ipv6')

/** Where clouds keep the secrets of their machines, and nobody keeps models. */
const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16)
linkLocal.addSubnet('fe80::', 10, 'ipv6')

const isIn = (list: BlockList, host: string): boolean => {
  const family = isIP(host)
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/** In its normal form, without a slash at the end. REMOTE_ADDRESS. */
export function remoteAddress(text: string, allowHttp: boolean): string {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw refused(text, 'is no http:// or https:// address', 'Write it like https://models.acme.example.')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw refused(
      url.origin,
      'carries more than a server and a path',
      'Leave out user, ? and #; the token is given apart.',
    )
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIn(linkLocal, host))
    throw refused(text, 'is a link-local address, where clouds keep secrets', 'Use another address.')
  if (url.protocol === 'http:' && !allowHttp && host !== 'localhost' && !isIn(near, host)) {
    throw refused(
      text,
      'is not encrypted, and is neither this machine nor a private network by its number',
      'Use https://, or allow plain HTTP (--allow-http) where inputs, answers and the token may be read on the way.',
    )
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v2$/, '')
}

const refused = (text: string, what: string, hint: string): OutpostError =>
  new OutpostError('REMOTE_ADDRESS', `${text.slice(0, 200)} ${what}.`, { hint })
