import { isIP } from 'node:net';
import { z } from 'zod';
import { naming } from './named-value.ts';

const MAX_PREFIX_LENGTHS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** An address or a range in CIDR notation. */
export interface Subnet {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefixLength: number;
}

/** Parses `10.0.0.0/8` or a single address; null for anything else. */
export function parseSubnet(text: string): Subnet | null {
  const [, address = '', digits] = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const version = isIP(address);
  const maxPrefixLength = MAX_PREFIX_LENGTHS[version];
  if (maxPrefixLength === undefined) return null;
  const prefixLength = digits === undefined ? maxPrefixLength : Number(digits);
  return prefixLength > maxPrefixLength ? null : { address, family: version === 4 ? 'ipv4' : 'ipv6', prefixLength };
}

const subnetSchema = z
  .string()
  .refine((text) => parseSubnet(text) !== null, naming('must be an IP address or a range such as 10.0.0.0/8'));

const MAX_PROXIES = 100;

/**
 * Whose X-Forwarded-For is believed: no proxy's, that of a number of proxies one behind the other, or that of proxies with these
 * addresses. `true` is no value: every client could then choose its address.
 */
export const trustProxySchema = z
  .union([z.literal(false), z.number().int().min(1).max(MAX_PROXIES), z.array(subnetSchema).min(1)], {
    error: 'must be false, a number of proxies, or a list of their addresses',
  })
  .default(false);
export type TrustProxy = z.infer<typeof trustProxySchema>;
