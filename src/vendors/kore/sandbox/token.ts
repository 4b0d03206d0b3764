import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../../../domain/clock.ts';
import { parseJson } from './json.ts';

/** The app for which a token is signed. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
}

const tokenHeader = z.object({ alg: z.literal('HS256') });
const tokenClaims = z.object({ appId: z.string(), exp: z.number().optional() });

/** Whether the token is a JWT of the app, signed with HS256; Kore's own examples never expire. */
export const isGenuine = (token: string, app: App, now: Instant): boolean => {
  const [header = '', claims = '', signature = '', ...rest] = token.split('.');
  const decoded = (part: string): unknown => parseJson(Buffer.from(part, 'base64url').toString());
  const expected = createHmac('sha256', app.clientSecret).update(`${header}.${claims}`).digest();
  const given = Buffer.from(signature, 'base64url');
  const { data: known } = tokenClaims.safeParse(decoded(claims));
  return (
    rest.length === 0 &&
    tokenHeader.safeParse(decoded(header)).success &&
    given.length === expected.length &&
    timingSafeEqual(given, expected) &&
    known?.appId === app.clientId &&
    (known.exp === undefined || known.exp * 1000 > now)
  );
};
