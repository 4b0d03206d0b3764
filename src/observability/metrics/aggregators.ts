/** How gauges of several processes become one; all other metrics of the gateway are summed. */
const AGGREGATORS: Readonly<Record<string, 'first' | 'max' | 'min'>> = {
  switchboard_build_info: 'first',
  // The worst that a process knows.
  switchboard_account_state: 'max',
  switchboard_circuit_state: 'max',
  switchboard_ready: 'min',
  switchboard_redis_up: 'min',
  switchboard_retry_after_gate_timestamp_seconds: 'max',
  switchboard_config_last_reload_successful: 'min',
  switchboard_config_last_reload_success_timestamp_seconds: 'min',
  switchboard_config_restart_required: 'max',
  // What all processes know alike.
  switchboard_discovered_agents: 'max',
  switchboard_discovery_last_success_timestamp_seconds: 'max',
  switchboard_quota_limit: 'max',
  // The oldest process; prom-client omits it.
  process_start_time_seconds: 'min',
};

/** The name of prom-client's function that makes one metric of those of several processes. */
export function aggregatorOf({ name, aggregator }: { readonly name: string; readonly aggregator: string }): string {
  return AGGREGATORS[name] ?? aggregator;
}
