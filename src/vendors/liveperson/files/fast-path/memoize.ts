import { type AgentNames, isPgpArmored, parseName } from '../activity.ts';
import { latin1ToUtf8, copyString } from '../latin1.ts';

/** The maximum number of memoized results; beyond it, all are dropped. */
const MAX_MEMOIZED = 4096;

/** Memoizes a function of a text. */
export function memoizeText<T>(compute: (text: string) => T): (text: string) => T {
  const memo = new Map<string, { readonly result: T }>();
  let last: { readonly text: string; readonly result: T } | null = null;
  return (text) => {
    if (text === last?.text) return last.result;
    const entry = memo.get(text) ?? { result: compute(text) };
    // A slice would keep the whole text of the file in memory.
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

/** Creates a parser of an agent's names (latin1 text). It returns the same object as long as the names are the same. */
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
