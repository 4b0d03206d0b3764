import { describe, expect, test } from '@jest/globals';
import type { CompanyBot, CompanyPerson } from '../vendors/sandbox.ts';
import { createAgentControl } from './agent-control.ts';
import { createCompany } from './company.ts';
import { createManualStatuses } from './manual-statuses.ts';

const NOW = Date.UTC(2026, 10, 20, 9);

function createControl(vendor: string, findReference?: (member: CompanyPerson | CompanyBot) => string | null) {
  const clock = { time: NOW, now: () => clock.time };
  const statuses = createManualStatuses(createCompany(clock), clock);
  return {
    clock,
    statuses,
    control: createAgentControl({ vendor, fake: findReference ? { findReference } : {}, statuses, clock }),
  };
}

describe('the control of a vendor’s agents', () => {
  test('finds an agent by reference or e-mail address, in any case', () => {
    const { control } = createControl('vonage');
    for (const ref of ['01', 'jane.doe@harbourline.example', 'Jane.Doe@Harbourline.example']) {
      expect(control.setStatus(ref, { status: 'busy', minutes: 1 })).toMatchObject({ ref: '01', status: 'busy' });
    }
    expect(control.setStatus('1', { status: 'busy', minutes: 1 })).toBeNull();
  });

  test('lists only the vendor’s agents, also of a vendor with references of its own', () => {
    const { statuses, control } = createControl('liveperson');
    const { people } = statuses.company;
    expect(control.list()).toHaveLength(
      people.filter(({ refsByVendor }) => refsByVendor.liveperson !== undefined).length,
    );
    const acme = createControl('acme', (member) => ('email' in member && member.firstName === 'Jane' ? 'a-1' : null));
    expect(acme.control.list()).toMatchObject([{ ref: 'a-1', name: 'Jane Doe' }]);
  });

  test('lets a part of a minute end at a whole millisecond: vendors report no others', () => {
    const { clock, statuses, control } = createControl('kore');
    const ref = 'jane.doe@harbourline.example';
    control.setStatus(ref, { status: 'away', minutes: 1 / 7 });
    const [jane] = statuses.company.people.filter(({ email }) => email === ref);
    clock.time += 60_000;
    const shifts = jane ? statuses.company.shifts(jane, NOW, clock.time) : [];
    const instants = shifts.flatMap(({ start, end, statusChanges }) => [
      start,
      end,
      ...statusChanges.map(({ at }) => at),
    ]);
    expect(instants).toContain(NOW);
    expect(instants.filter((instant) => instant !== null && !Number.isInteger(instant))).toEqual([]);
  });

  test('shows the status at the time of the request', () => {
    const { clock, control } = createControl('kore');
    const ref = 'jane.doe@harbourline.example';
    const find = () => control.list().find((agent) => agent.ref === ref);
    const planned = find();
    control.setStatus(ref, { status: 'away', reason: 'Demo', minutes: 10 });
    expect(find()).toMatchObject({ status: 'away', reason: 'Demo', since: '2026-11-20T09:00:00.000Z' });
    control.setStatus(ref, { status: 'offline', minutes: 10 });
    expect(find()).toMatchObject({ status: 'offline', since: null });
    expect(control.releaseStatus(ref)).toEqual(planned);
    clock.time += 1;
  });
});
