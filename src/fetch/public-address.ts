import ipaddr from 'ipaddr.js'

/**
 * Whether an IP address is on the public internet. Loopback, private, link-local (which includes cloud metadata),
 * shared, reserved and multicast addresses are not, nor are IPv6 forms that embed an IPv4 address, since they reach
 * that address. Ranges: IANA special-purpose registries, as in ipaddr.js. Pure.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  return ipaddr.process(address).range() === 'unicast'
}
