import type { Instant } from '../../../domain/clock.ts';
import type { CompanyPerson, Conversation, SandboxWorld } from '../../sandbox.ts';

const DAY = 24 * 3_600_000;
// Interactions before the longest of these are not found.
const LOOKBACKS_MS = [DAY, 8 * DAY, 64 * DAY];
const TYPES = ['All', 'Phone', 'Chat', 'Email'];

interface InteractionV1 {
  readonly start: string;
  readonly guid: string;
  readonly hasEnded: boolean;
}

interface InteractionV2 {
  readonly type: string;
  readonly start: string;
  readonly guid: string;
  /** Null while the agent is connected. */
  readonly duration: number | null;
  readonly direction?: string;
  readonly channelGuid: string;
}

/** The agent's active interactions, phone calls first; without any, the one that ended last. */
export function listInteractionsV1(world: SandboxWorld, agent: CompanyPerson): readonly InteractionV1[] {
  const recent = findLatest(world, agent, 1, () => true);
  const active = recent.filter(isActive).toSorted((a, b) => comparePhoneFirst(a, b) || b.start - a.start);
  const lastEnded = recent.toSorted((a, b) => (b.end ?? 0) - (a.end ?? 0)).slice(0, 1);
  return (active.length > 0 ? active : lastEnded).map((conversation) => ({
    start: formatInstant(conversation.start),
    guid: conversation.guid,
    hasEnded: !isActive(conversation),
  }));
}

/** The plans of the documents: parameters, more fields, and the latest start first. */
export function listInteractionsV2(
  world: SandboxWorld,
  agent: CompanyPerson,
  parameters: URLSearchParams,
): { readonly interactions: readonly InteractionV2[] } | { readonly message: string } {
  const type = parameters.get('type') ?? 'All';
  if (!TYPES.includes(type)) return { message: 'The InteractionType field is required.' };
  const size = parameters.get('size') ?? '1';
  if (!/^[1-9]\d{0,4}$/.test(size)) return { message: 'The size field must be a positive number.' };
  const activeLiveFirst = parameters.get('activeLiveFirst') ?? 'false';
  if (!/^(true|false)$/.test(activeLiveFirst)) return { message: 'The activeLiveFirst field must be true or false.' };

  const isWanted = ({ medium }: Conversation): boolean => type === 'All' || medium === type;
  const interactions = findLatest(world, agent, Number(size), isWanted)
    .toSorted((a, b) => (activeLiveFirst === 'true' ? compareLiveFirst(a, b) : 0) || b.start - a.start)
    .slice(0, Number(size))
    .map((conversation) => ({
      type: conversation.medium,
      start: formatInstant(conversation.start),
      guid: conversation.guid,
      duration: conversation.end === null ? null : toSeconds(conversation.end) - toSeconds(conversation.start),
      // "Nice to have", the documents say.
      ...(/[07]$/.test(conversation.guid) ? {} : { direction: conversation.direction }),
      channelGuid: conversation.channelGuid,
    }));
  return { interactions };
}

/** Every ongoing conversation, and enough ended ones to have the `count` that started last. */
function findLatest(
  world: SandboxWorld,
  agent: CompanyPerson,
  count: number,
  isWanted: (conversation: Conversation) => boolean,
): readonly Conversation[] {
  const now = world.now();
  let conversations: readonly Conversation[] = [];
  for (const lookback of LOOKBACKS_MS) {
    const from = now - lookback;
    conversations = world.company.conversations(agent, from, now).filter(isWanted);
    // Conversations that began before `from` do not count: others may have begun after them and ended before `from`.
    if (conversations.filter(({ start }) => start >= from).length >= count) break;
  }
  return conversations;
}

function isActive({ end }: Conversation): boolean {
  return end === null;
}

function comparePhoneFirst(a: Conversation, b: Conversation): number {
  return Number(b.medium === 'Phone') - Number(a.medium === 'Phone');
}

/** Only calls are live; chats and e-mails are "semi-live" at most. */
function compareLiveFirst(a: Conversation, b: Conversation): number {
  const isLive = (conversation: Conversation): number =>
    Number(isActive(conversation) && conversation.medium === 'Phone');
  return isLive(b) - isLive(a);
}

function toSeconds(instant: Instant): number {
  return Math.floor(instant / 1000);
}

function formatInstant(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
