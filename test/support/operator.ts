import { createHash } from 'node:crypto';
import type { RawConfig } from './world.ts';

/** The headers of a caller who may do everything. */
export const OPERATOR = { authorization: 'Bearer operator' };

/** A configuration with that caller's key. */
export function withOperator(raw: RawConfig): RawConfig {
  const sha256 = createHash('sha256').update('operator').digest('hex');
  const scopes = ['read', 'introspect', 'explain', 'metrics', 'admin'];
  return { ...raw, auth: { apiKeys: [{ name: 'operator', sha256, scopes }] } };
}
