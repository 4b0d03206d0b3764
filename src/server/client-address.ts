import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { parseSubnet, type TrustProxy } from '../config/trust-proxy.ts';

export type ClientAddressReader = (request: IncomingMessage) => string;

/**
 * Creates a function that returns the IP address of a request's client. Every proxy appends the address of its own client to
 * X-Forwarded-For, so the entries are read from the right, as far as their senders are trusted: those before may be invented.
 */
export function createClientAddressReader(trustProxy: TrustProxy): ClientAddressReader {
  const isTrusted = createTrustCheck(trustProxy);
  // All requests of a connection have the same peer.
  const peers = new WeakMap<Socket, string>();
  const peerOf = (socket: Socket): string => {
    const known = peers.get(socket);
    if (known !== undefined) return known;
    const peer = parseAddress(socket.remoteAddress ?? '') ?? 'unknown';
    peers.set(socket, peer);
    return peer;
  };
  return ({ headers, socket }) => {
    let address = peerOf(socket);
    const forwarded = headers['x-forwarded-for'];
    if (forwarded === undefined || trustProxy === false) return address;
    const entries = (typeof forwarded === 'string' ? forwarded : forwarded.join(',')).split(',');
    for (const [hops, entry] of entries.toReversed().entries()) {
      // An entry that is no address says nothing about the client: the proxy that added it stands for it.
      const next = isTrusted(address, hops) ? parseAddress(entry) : null;
      if (next === null) return address;
      address = next;
    }
    return address;
  };
}

/** Whether the header that a peer sent is trusted; `hops` is the number of peers between it and the gateway. */
function createTrustCheck(trustProxy: TrustProxy): (address: string, hops: number) => boolean {
  if (trustProxy === false) return () => false;
  if (typeof trustProxy === 'number') return (_, hops) => hops < trustProxy;
  const proxies = new BlockList();
  for (const text of trustProxy) {
    const subnet = parseSubnet(text);
    if (subnet) proxies.addSubnet(subnet.address, subnet.prefixLength, subnet.family);
  }
  return (address) => proxies.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Returns the IP address of a peer or of an entry in X-Forwarded-For, in its shortest form; null for other text. Some proxies
 * add the port; IPv6 has brackets then. A zone such as `%eth0` means something to this machine only.
 */
function parseAddress(text: string): string | null {
  const [, bracketed, plain = ''] = /^\[([^\]]+)\](?::\d+)?$|^(.*)$/.exec(text.trim()) ?? [];
  const address = (bracketed ?? plain.replace(/^([\d.]+):\d+$/, '$1'))
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/, '');
  if (isIP(address) === 4) return address;
  return isIP(address) === 6 ? (URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? null) : null;
}

const IPV6_GROUPS = 8;
const SUBSCRIBER_GROUPS = 4;

/** Returns what a client's failures are counted by: an IPv4 address, or the /64 prefix of IPv6, which one subscriber has. */
export function toAddressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const tailGroups = tail ? tail.split(':') : [];
  const zeros = Array.from({ length: IPV6_GROUPS - groups.length - tailGroups.length }, () => '0');
  const prefix = [...groups, ...zeros, ...tailGroups].slice(0, SUBSCRIBER_GROUPS);
  return `${prefix.join(':')}::/64`;
}
