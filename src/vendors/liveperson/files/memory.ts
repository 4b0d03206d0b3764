import { type AgentNames, isArmoured, nameText } from './activity.ts';
import { decoded, detached } from './bytes-as-text.ts';

/** More than this is not remembered at a time. */
const MOST_REMEMBERED = 4096;

/** The same function, quick for a text that comes again. */
export function remembering<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, { readonly result: T }>();
  let last: { readonly text: string; readonly result: T } | null = null;
  return (text) => {
    if (text === last?.text) return last.result;
    const entry = known.get(text) ?? { result: read(text) };
    // What was cut from a file's text would keep all of it in memory.
    last = { text: detached(text), result: entry.result };
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(last.text, entry);
    return last.result;
  };
}

interface Remembered {
  readonly loginName: string | null;
  readonly nickname: string | null;
  readonly userName: string | null;
  readonly names: AgentNames;
}

/** Reads an agent's names from bytes as text; as long as they stay the same, it gives the very same object. */
export function createNameReader(): (
  agentId: string | null,
  loginName: string | null,
  nickname: string | null,
  userName: string | null,
) => AgentNames {
  const known = new Map<string | null, Remembered>();
  const read = (text: string | null) => (text === null ? null : nameText(decoded(text)));
  return (agentId, loginName, nickname, userName) => {
    const last = known.get(agentId);
    if (last?.loginName === loginName && last.nickname === nickname && last.userName === userName) return last.names;
    const texts = {
      loginName: loginName && detached(loginName),
      nickname: nickname && detached(nickname),
      userName: userName && detached(userName),
    };
    const names = {
      loginName: read(texts.loginName),
      nickname: read(texts.nickname),
      userName: read(texts.userName),
      isLoginEncrypted: isArmoured(loginName),
    };
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(agentId && detached(agentId), { ...texts, names });
    return names;
  };
}
