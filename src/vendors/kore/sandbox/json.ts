/** The parsed text, or undefined where it is no JSON: no schema takes that. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
