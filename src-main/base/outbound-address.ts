/**
 * Whom this node may be made to ask by what somebody typed: not those that hand a cloud's machines their secrets, by
 * whatever name they are called. Names are resolved anew each time, since they may lead elsewhere tomorrow.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

const keepers = new BlockList()
keepers.addSubnet('169.254.0.0', 16) // link-local: EC2, Google, Azure and most others
keepers.addSubnet('fe80::', 10, 'ipv6')
keepers.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6') // the same behind NAT64
keepers.addSubnet('fd00:ec2::', 32, 'ipv6') // EC2
keepers.addAddress('fd20:ce::254', 'ipv6') // Google
keepers.addAddress('fd00:42::42', 'ipv6') // Scaleway
keepers.addAddress('100.100.100.200') // Alibaba
keepers.addAddress('168.63.129.16') // Azure
keepers.addAddress('192.0.0.192') // Oracle

export const isIn = (list: BlockList, address: string): boolean => {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** Empty where the name means nothing now: then nobody is asked either. */
export async function addressesOf(url: URL): Promise<string[]> {
  const host = hostOf(url)
  if (isIP(host) !== 0) return [host]
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.map(({ address }) => address)
}

/** In words that follow the address: null where it may be asked. */
export async function whyNeverAsked(url: URL): Promise<string | null> {
  const found = (await addressesOf(url)).find((address) => isIn(keepers, address))
  if (found === undefined) return null
  const leads = found === hostOf(url) ? 'is' : `leads to ${found},`
  return `${leads} an address where clouds keep the secrets of their machines`
}
