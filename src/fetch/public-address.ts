import ipaddr from 'ipaddr.js'

/**
 * Whether an IP address belongs to the public internet. Loopback, private, link-local (cloud metadata among them),
 * shared, reserved and multicast addresses do not, nor do IPv6 forms that carry an IPv4 address inside: they reach
 * whatever that one reaches. Ranges are those of the IANA special-purpose registries, as ipaddr.js has them.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  return ipaddr.process(address).range() === 'unicast'
}
