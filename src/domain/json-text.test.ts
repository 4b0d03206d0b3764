import { expect, test } from '@jest/globals';
import { JsonText } from './json-text.ts';

test.each(['{"b":1,"a":[null,"\\"é\\u2028"]}', 'null', '[]', '{"__proto__":1}'])(
  'JSON.stringify writes %s as it is, wherever it stands',
  (text) => {
    expect(JSON.stringify(new JsonText(text))).toBe(JSON.stringify(JSON.parse(text)));
    expect(JSON.stringify({ data: new JsonText(text) })).toBe(`{"data":${JSON.stringify(JSON.parse(text))}}`);
  },
);
