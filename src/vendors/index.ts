import { avaamo } from './avaamo/index.ts';
import { kore } from './kore/index.ts';
import { liveperson } from './liveperson/index.ts';
import type { VendorAdapter } from './vendor.ts';
import { vonage } from './vonage/index.ts';

/** Every vendor that the gateway supports: one line each. */
export const vendors: readonly VendorAdapter[] = [avaamo, kore, liveperson, vonage];
