import { type AgentNames, isPgpArmored, parseName } from '../activity.ts';
import { latin1ToUtf8, copyString } from '../latin1.ts';

/** More than this is not remembered at a time. */
const MAX_MEMOIZED = 4096;

/** The same function, quick for a text that comes again. */
export function memoizeText<T>(compute: (text: string) => T): (text: string) => T {
  const memo = new Map<string, { readonly result: T }>();
  let last: { readonly text: string; readonly result: T } | null = null;
  return (text) => {
    if (text === last?.text) return last.result;
    const entry = memo.get(text) ?? { result: compute(text) };
    // What was cut from a file's text would keep all of it in memory.
    last = { text: copyString(text), result: entry.result };
    if (memo.size >= MAX_MEMOIZED) memo.clear();
    memo.set(last.text, entry);
    return last.result;
  };
}

interface MemoizedNames {
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
  const memo = new Map<string | null, MemoizedNames>();
  const parse = (text: string | null) => (text === null ? null : parseName(latin1ToUtf8(text)));
  return (agentId, loginName, nickname, userName) => {
    const last = memo.get(agentId);
    if (last?.loginName === loginName && last.nickname === nickname && last.userName === userName) return last.names;
    const texts = {
      loginName: loginName && copyString(loginName),
      nickname: nickname && copyString(nickname),
      userName: userName && copyString(userName),
    };
    const names = {
      loginName: parse(texts.loginName),
      nickname: parse(texts.nickname),
      userName: parse(texts.userName),
      isLoginEncrypted: isPgpArmored(loginName),
    };
    if (memo.size >= MAX_MEMOIZED) memo.clear();
    memo.set(agentId && copyString(agentId), { ...texts, names });
    return names;
  };
}
