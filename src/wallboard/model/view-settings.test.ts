import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { STATUSES } from './status-order.ts';
import { formatView, parseView, type ViewSettings } from './view-settings.ts';

test('a plain address shows all, by status', () => {
  const view = parseView('');
  expect(view).toEqual({
    team: null,
    source: null,
    search: '',
    grouping: 'status',
    status: null,
    theme: 'auto',
    tv: false,
  });
  expect(formatView(view)).toBe('');
});

test('leaves out what it does not understand', () => {
  expect(formatView(parseView('?group=colour&status=ASLEEP&theme=pink&tv=yes&other=1'))).toBe('');
});

test('every view survives its address', () => {
  const text = fc.string({ minLength: 1 });
  const anyView: fc.Arbitrary<ViewSettings> = fc.record({
    team: fc.option(text),
    source: fc.option(text),
    search: fc.string(),
    grouping: fc.constantFrom('status', 'team'),
    status: fc.option(fc.constantFrom(...STATUSES)),
    theme: fc.constantFrom('auto', 'light', 'dark'),
    tv: fc.boolean(),
  });
  fc.assert(
    fc.property(anyView, (view) => {
      expect(parseView(formatView(view))).toEqual(view);
    }),
  );
});
