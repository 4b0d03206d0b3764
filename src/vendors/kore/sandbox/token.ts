import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../../../domain/clock.ts';
import { parseJson } from './json.ts';

/** The app that a token is signed for. */
export interface ApiApp {
  readonly clientId: string;
  readonly clientSecret: string;
}

const tokenHeaderSchema = z.object({ alg: z.literal('HS256') });
const tokenClaimsSchema = z.object({ appId: z.string(), exp: z.number().optional() });

/** Whether the token is a JWT of the app, signed with HS256. `exp` is optional: Kore's own examples never expire. */
export function isValidToken(token: string, app: ApiApp, now: Instant): boolean {
  const [header = '', claims = '', signature = '', ...rest] = token.split('.');
  const decode = (part: string): unknown => parseJson(Buffer.from(part, 'base64url').toString());
  const expectedSignature = createHmac('sha256', app.clientSecret).update(`${header}.${claims}`).digest();
  const actualSignature = Buffer.from(signature, 'base64url');
  const { data: parsedClaims } = tokenClaimsSchema.safeParse(decode(claims));
  return (
    rest.length === 0 &&
    tokenHeaderSchema.safeParse(decode(header)).success &&
    actualSignature.length === expectedSignature.length &&
    timingSafeEqual(actualSignature, expectedSignature) &&
    parsedClaims?.appId === app.clientId &&
    (parsedClaims.exp === undefined || parsedClaims.exp * 1000 > now)
  );
}
