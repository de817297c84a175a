// What a load test says at its end.
const names = {
  l1: 'memory (L1)', l2: 'Redis (L2)', miss: 'the database', stale: 'memory, past its time', none: 'no cache at all',
};

export function summary(data, layers) {
  const m = data.metrics;
  const count = (name) => (m[name] ? m[name].values.count : 0);
  const all = m.http_reqs.values.count;
  const share = (n, of) => (of ? `${((100 * n) / of).toFixed(2)} %` : '-').padStart(9);
  const ms = (v) => `${v.toFixed(2)} ms`.padStart(12);
  const row = (name, n, t) => `  ${name.padEnd(24)}${String(n).padStart(9)}${share(n, all)}${['med', 'p(95)', 'p(99)', 'max'].map((q) => ms(t[q])).join('')}\n`;

  let out = `\nrequests by who answered  number    share         p50         p95         p99         max\n`;
  for (const l of layers) {
    const t = m[`answered_by_${l}`];
    if (t && t.values.count) out += row(names[l], t.values.count, t.values);
  }
  out += row('all', all, m.http_req_duration.values);
  out += `\nsent as      ${['zstd', 'br', 'gzip', 'identity'].map((e) => `${e} ${count(`encoding_${e}`)}`).join(', ')}\n`;
  out += `conditional  ${count('conditional_requests')} asked with an ETag, ${count('conditional_304')} answered 304\n`;
  out += `received     ${(m.data_received.values.count / 1e6).toFixed(1)} MB\n`;
  out += `rate         ${m.http_reqs.values.rate.toFixed(0)} requests a second\n`;
  out += `errors       ${count('errors')} (${share(count('errors'), all).trim()})\n`;
  for (const check of data.root_group.checks) if (check.fails) out += `  FAILED ${check.fails} times: ${check.name}\n`;
  for (const [name, metric] of Object.entries(m)) {
    for (const [rule, result] of Object.entries(metric.thresholds || {})) if (!result.ok) out += `  THRESHOLD MISSED: ${name} ${rule}\n`;
  }
  return out;
}
