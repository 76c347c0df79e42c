/**
 * Which addresses a webhook may be sent to: public ones, and what the configuration opens. Whatever IANA's registries of
 * special-purpose addresses name (RFC 6890) is closed: loopback, private, link-local with the metadata services of clouds,
 * carrier-grade NAT, unique-local, multicast, unspecified, and the ways of writing an IPv4 address into an IPv6 one.
 */
import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import ipaddr from 'ipaddr.js'

/** All addresses of a name, as the system knows them. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

/** An address that may not be reached; the message says which and what to do. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

const lookupAll = promisify(lookup)
export const systemResolve: Resolve = (hostname) => lookupAll(hostname, { all: true })

/** RFC 4291 §2.4: all that is global unicast today; the library takes the rest of the space for unicast too. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3')

/** Undefined when it may be reached, else what it is. */
export function closedRange(address: string, open: readonly string[]): string | undefined {
  if (!ipaddr.isValid(address)) return 'no address'
  const parsed = ipaddr.parse(address)
  const isOpen = open.some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range)
    return network.kind() === parsed.kind() && parsed.match(network, bits)
  })
  if (isOpen) return undefined
  const range = parsed.range()
  if (range !== 'unicast') return range
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST) ? undefined : 'reserved'
}

/** The addresses that a connection may be made to. One that is closed closes them all: a name that gives both is no mistake. */
export async function reachableAddresses(
  hostname: string,
  open: readonly string[],
  resolve: Resolve,
): Promise<readonly LookupAddress[]> {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = ipaddr.isValid(literal)
    ? [{ address: literal, family: literal.includes(':') ? 6 : 4 }]
    : await resolve(hostname)
  if (addresses.length === 0) throw new AddressRefused(`${hostname} has no address`)
  for (const { address } of addresses) {
    const range = closedRange(address, open)
    if (range === undefined) continue
    const which = address === literal ? address : `${hostname} is ${address}, which`
    throw new AddressRefused(`${which} is not public (${range}): when it is meant, open it with allowPrivate`)
  }
  return addresses
}

/** For a connection that goes to exactly these, whatever the name is by then. */
export function lookupOf(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, give) => {
    if (all) give(null, [...addresses])
    else give(null, addresses[0].address, addresses[0].family)
  }
}
